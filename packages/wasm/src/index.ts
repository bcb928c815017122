/// <reference lib="esnext.disposable" preserve="true" />
/**
 * Run trained networks by WebAssembly: the entry for browsers and workers. Everything of
 * `@libpredict/core`, computed by a module that this package brings.
 *
 * @packageDocumentation
 */
import { setPlatform } from "@libpredict/core/platform-kit";
import type { Backend } from "@libpredict/core/portable";
import { defaultBackend } from "./default-backend.js";
import { ownModule } from "./own-module.js";
import { backendOf, startBinding, type WasmBackendOptions } from "./wasm-backend.js";
import { webFiles } from "./web-files.js";

setPlatform({ defaultBackend: defaultBackend(() => startBinding({}, ownModule)), ...webFiles });

/**
 * The backend over WebAssembly. It computes on the calling thread: in a page, use it in a worker.
 *
 * Without it, `Model.load` makes one with these defaults when it is first called.
 *
 * @param options - where the module is, and which
 * @throws {@link LoadError} the module cannot be fetched, is damaged or of another version
 * @throws {@link PredictError} `unavailable`: no SIMD here; `memory`; `aborted`; `argument`
 */
export async function wasmBackend(options: WasmBackendOptions = {}): Promise<Backend> {
  return backendOf(await startBinding(options, ownModule));
}

export * from "@libpredict/core/portable";
export type { CompiledModule, ModuleBytes, ModuleSource } from "./module-source.js";
export { type WasmBackendOptions, wasmBackendSync } from "./wasm-backend.js";
export { type ReadLabelsOptions, readLabels } from "./web-files.js";
export { type DecodeImageOptions, decodeImage } from "./web-image.js";
