/**
 * `libmxnet_predict.js`: the engine for programs that were written for the emscripten build of
 * MXNet's predict API. A script or a CommonJS module that starts at once: the module is in it.
 */
import bytes from "../../dist/predict.wasm";
import { checkHost, compileModuleSync } from "../module-source.js";
import { wasiImports } from "../wasi-imports.js";
import { oldModule } from "./old-module.js";

/** What a program may have put into `Module` beforehand. */
interface Settings extends Record<string, unknown> {
  /** Bytes that are made ready at the start: until they are used up, views of the memory stay valid. */
  TOTAL_MEMORY?: number;
  preRun?: (() => void) | (() => void)[];
  postRun?: (() => void) | (() => void)[];
  onRuntimeInitialized?: () => void;
}

declare let Module: Settings | undefined;
declare const module: { exports: unknown } | undefined;

/** What emscripten gave a program that asked for nothing. */
const defaultMemory = 16 * 2 ** 20;

/** What a module of that time had, started. */
function start(totalMemory: number): PropertyDescriptorMap {
  checkHost();
  const compiled = compileModuleSync(bytes);
  const imports = wasiImports(compiled, () => instance.exports["memory"] as WebAssembly.Memory);
  const instance = new WebAssembly.Instance(compiled, imports);
  (instance.exports["_initialize"] as () => void)();
  const { functions, memory } = oldModule(instance);
  memory.free(memory.malloc(totalMemory));
  const views = memory.heapNames.map((name) => [
    name,
    { get: () => memory.heap(name), enumerable: true, configurable: true },
  ]);
  return { ...Object.getOwnPropertyDescriptors(functions), ...Object.fromEntries(views) };
}

function run(hooks: (() => void) | (() => void)[] | undefined): void {
  for (const hook of typeof hooks === "function" ? [hooks] : (hooks ?? [])) hook();
}

const settings: Settings = (typeof Module === "object" && Module) || {};
const made = start(settings.TOTAL_MEMORY ?? defaultMemory);
Object.defineProperties(settings, made);
run(settings.preRun);
settings["calledRun"] = true;
if (typeof module === "object" && module !== null) module.exports = settings;
else {
  // As in a script of that time, all names are global; those that the page has are left alone.
  const names = { Module: { value: settings, writable: true }, ...made };
  for (const [name, property] of Object.entries(names))
    if (!(name in globalThis)) Object.defineProperty(globalThis, name, property);
}
settings.onRuntimeInitialized?.();
run(settings.postRun);
