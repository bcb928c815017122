/** The backend over WebAssembly. */
import { bindingBackend, createModelFromFiles } from "@libpredict/core/platform-kit";
import { type Backend, PredictError } from "@libpredict/core/portable";
import { EngineInstance } from "./engine-instance.js";
import {
  type CompiledModule,
  checkHost,
  compileModule,
  compileModuleSync,
  hasRelaxedSimd,
  keepsInstructionOrder,
  type ModuleBytes,
  type ModuleSource,
  nameOf,
  notLoaded,
} from "./module-source.js";
import { WasmBinding } from "./wasm-binding.js";

/** Options of `wasmBackend`. */
export interface WasmBackendOptions {
  /** The module; by default `predict-relaxed.wasm` or `predict.wasm` of this package. */
  readonly module?: ModuleSource;
  /**
   * `false`: `predict.wasm`, though the host has relaxed SIMD; `true`: the other, though it is slower
   * here, as in Node 22. By default the faster one. Without effect if `module` is given.
   */
  readonly relaxed?: boolean;
  /** Aborts the fetch of the module, which rejects with code `aborted`. */
  readonly signal?: AbortSignal;
}

/** What the build says of the modules that go with this code; not there in the sources. */
declare const LIBPREDICT_ENGINE: string | undefined;

/** Gives one of the two modules of this package. */
export type OwnModule = (
  name: "predict" | "predict-relaxed",
  signal: AbortSignal | undefined,
) => Promise<ModuleSource>;

export async function startBinding(
  options: WasmBackendOptions,
  ownModule: OwnModule,
): Promise<WasmBinding> {
  const { module, relaxed, signal } = options;
  checkHost();
  const wanted = relaxed ?? keepsInstructionOrder();
  const own = wanted && hasRelaxedSimd() ? "predict-relaxed" : "predict";
  const source = module === undefined ? await ownModule(own, signal) : module;
  const name = module === undefined ? `${own}.wasm` : nameOf(module);
  return start(await compileModule(source, signal), name);
}

/**
 * The backend over WebAssembly, from a module that is at hand. A page's main thread compiles up
 * to 8 MB at once in Chromium.
 *
 * @param module - its bytes, or a compiled one
 * @throws {@link LoadError} not a module, a damaged one, or one of another version
 * @throws {@link PredictError} `unavailable`: no SIMD here; `memory`; `argument`
 */
export function wasmBackendSync(module: ModuleBytes | CompiledModule): Backend {
  checkHost();
  return backendOf(start(compileModuleSync(module), nameOf(module)));
}

/** One thread, the calling one. */
export function backendOf(binding: WasmBinding): Backend {
  return {
    ...bindingBackend(binding, { name: "wasm", processors: 1, parallelRuns: 1 }),
    createModel: ({ symbol, params }) => {
      const { contents } = binding.engine.files;
      contents.set(
        "symbol",
        typeof symbol === "string" ? new TextEncoder().encode(symbol) : symbol,
      );
      if (params) contents.set("params", params);
      // It is read before this returns its promise.
      const made = createModelFromFiles(binding, {
        symbolPath: "/symbol",
        ...(params && { paramsPath: "/params" }),
      });
      contents.clear();
      return made;
    },
  };
}

function start(module: WebAssembly.Module, name: string): WasmBinding {
  let engine: EngineInstance;
  try {
    engine = new EngineInstance(module);
  } catch (cause) {
    const { message } = cause as Error;
    if (cause instanceof RangeError)
      throw new PredictError("memory", `the module cannot have its memory: ${message}`, { cause });
    throw notLoaded(name, `not the engine's module: ${message}`, cause);
  }
  const binding = new WasmBinding(engine, name);
  if (!binding.has("LPGetBuildInfo")) throw notLoaded(name, "not the engine's module");
  const wanted = typeof LIBPREDICT_ENGINE === "string" ? LIBPREDICT_ENGINE : undefined;
  const info = binding.LPGetBuildInfo();
  if (wanted !== undefined && !info.startsWith(`${wanted} `))
    throw notLoaded(
      name,
      `it says "${info}", and this code goes with "${wanted}": serve both from one version of the package`,
    );
  return binding;
}
