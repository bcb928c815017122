/// <reference lib="esnext.disposable" preserve="true" />
/**
 * The header's functions over WebAssembly, one to one, as `@libpredict/ffi` has them over the
 * native library.
 *
 * @packageDocumentation
 */
import type { Binding } from "@libpredict/ffi/portable";
import { ownModule } from "./own-module-node.js";
import { startBinding, type WasmBackendOptions } from "./wasm-backend.js";

/**
 * Starts an instance of the engine.
 *
 * Calls are checked as those of `@libpredict/ffi`. All of them compute on the calling thread,
 * those that are called asynchronous too. What they give is copied out of the instance's memory.
 *
 * @param options - where the module is, and which
 * @throws {@link LoadError} the module cannot be read or fetched, is damaged or of another version
 * @throws {@link PredictError} `unavailable`: no SIMD here; `memory`; `aborted`; `argument`
 */
export async function wasmBinding(options: WasmBackendOptions = {}): Promise<Binding> {
  return startBinding(options, ownModule);
}

export * from "./binding-names.js";
