/**
 * The files of a platform in Node: its file system, and images by sharp. Without the native
 * library.
 *
 * @packageDocumentation
 */
import type { Platform } from "../platform.js";
import { decodeImage } from "./decode-image.js";
import { readLabels } from "./label-files.js";
import { findModelFiles, plainFile, readWatchedFile } from "./model-files.js";

/** The files of a platform in Node; a backend makes it whole. */
export const nodeFiles: Omit<Platform, "defaultBackend"> = {
  findModel: findModelFiles,
  plainFile,
  readFile: readWatchedFile,
  readImage: decodeImage,
  readLabels,
};

export { type DecodeImageOptions, decodeImage } from "./decode-image.js";
export { type ImagesInOptions, imagesIn } from "./images-in.js";
export { type ReadLabelsOptions, readLabels } from "./label-files.js";
