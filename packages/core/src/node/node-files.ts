/** The files of a Platform in Node: its file system, and images by sharp. */
import type { Platform } from "../platform.js";
import { decodeImage } from "./decode-image.js";
import { readLabels } from "./label-files.js";
import { findModelFiles, plainFile, readWatchedFile } from "./model-files.js";

export const nodeFiles: Omit<Platform, "defaultBackend"> = {
  findModel: findModelFiles,
  plainFile,
  readFile: readWatchedFile,
  readImage: decodeImage,
  readLabels,
};
