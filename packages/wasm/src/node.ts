/// <reference lib="esnext.disposable" preserve="true" />
/**
 * Run trained networks by WebAssembly: the entry for Node. Everything of `@libpredict/core`,
 * computed by a module that this package brings instead of the native library.
 *
 * @packageDocumentation
 */
import { nodeFiles } from "@libpredict/core/node-files";
import { setPlatform } from "@libpredict/core/platform-kit";
import type { Backend } from "@libpredict/core/portable";
import { defaultBackend } from "./default-backend.js";
import { ownModule } from "./own-module-node.js";
import { backendOf, startBinding, type WasmBackendOptions } from "./wasm-backend.js";

setPlatform({ defaultBackend: defaultBackend(() => startBinding({}, ownModule)), ...nodeFiles });

/**
 * The backend over WebAssembly. It computes on the calling thread.
 *
 * Without it, `Model.load` makes one with these defaults when it is first called.
 *
 * @param options - where the module is, and which
 * @throws {@link LoadError} the module cannot be read or fetched, is damaged or of another version
 * @throws {@link PredictError} `unavailable`: no SIMD here; `memory`; `aborted`; `argument`
 */
export async function wasmBackend(options: WasmBackendOptions = {}): Promise<Backend> {
  return backendOf(await startBinding(options, ownModule));
}

export {
  type DecodeImageOptions,
  decodeImage,
  type ImagesInOptions,
  imagesIn,
  type ReadLabelsOptions,
  readLabels,
} from "@libpredict/core/node-files";
export * from "@libpredict/core/portable";
export type { CompiledModule, ModuleBytes, ModuleSource } from "./module-source.js";
export { type WasmBackendOptions, wasmBackendSync } from "./wasm-backend.js";
