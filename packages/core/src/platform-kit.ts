/**
 * What a platform is made of, for packages that bring a backend and files of their own, as
 * `@libpredict/wasm` does.
 *
 * @packageDocumentation
 */
export { type BackendFacts, bindingBackend, createModelFromFiles } from "./binding-backend.js";
export { FileNotRead } from "./file-not-read.js";
export { fetchFile } from "./http-file.js";
export { decodeLabels } from "./image/labels.js";
export { LoadWatch } from "./load-watch.js";
export { type Platform, setPlatform } from "./platform.js";
