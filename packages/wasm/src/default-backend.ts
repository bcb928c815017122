/** The backend that is made when the first model is loaded without one. */
import type { Backend } from "@libpredict/core/portable";
import { backendOf } from "./wasm-backend.js";
import type { WasmBinding } from "./wasm-binding.js";

/**
 * @param start - starts an instance
 * @returns gives the one backend; another if there is none yet, or a trap stopped it
 */
export function defaultBackend(start: () => Promise<WasmBinding>): () => Promise<Backend> {
  let starting: Promise<WasmBinding> | undefined;
  let backend: Backend | undefined;
  return async () => {
    if (starting && (await starting).engine.stopped) starting = undefined;
    if (!starting) {
      starting = start();
      backend = undefined;
      starting.catch(() => {
        starting = undefined;
      });
    }
    const binding = await starting;
    backend ??= backendOf(binding);
    return backend;
  };
}
