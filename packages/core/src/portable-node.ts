/// <reference lib="esnext.disposable" preserve="true" />
/**
 * As `@libpredict/core/portable`, with what Node's file system gives, but no native library.
 *
 * @packageDocumentation
 */
export { type DecodeImageOptions, decodeImage } from "./node/decode-image.js";
export { type ImagesInOptions, imagesIn } from "./node/images-in.js";
export { type ReadLabelsOptions, readLabels } from "./node/label-files.js";
export { nodeFiles } from "./node/node-files.js";
export * from "./portable.js";
