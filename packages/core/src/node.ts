/**
 * The Node entry: everything of the package, with the native library as its backend and the
 * file system for models.
 *
 * @packageDocumentation
 */
import { ffiBackend } from "./node/ffi-backend.js";
import { nodeFiles } from "./node/node-files.js";
import { setPlatform } from "./platform.js";

setPlatform({ defaultBackend: () => ffiBackend(), ...nodeFiles });

export * from "./index.js";
export { type DecodeImageOptions, decodeImage } from "./node/decode-image.js";
export { type FfiBackendOptions, ffiBackend } from "./node/ffi-backend.js";
export { type ImagesInOptions, imagesIn } from "./node/images-in.js";
export { type ReadLabelsOptions, readLabels } from "./node/label-files.js";
