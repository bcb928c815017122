/**
 * A running instance of the engine.
 * Invariant: after a trap nothing is called any more: what a C function left half done is not
 * to be relied on.
 */
import { type LibraryFunction, NativeError } from "@libpredict/ffi/portable";
import { InstanceFiles } from "./instance-files.js";
import { wasiImports } from "./wasi-imports.js";

/** What every instance exports, besides the header's functions. */
interface EngineExports extends Record<string, WebAssembly.ExportValue> {
  readonly memory: WebAssembly.Memory;
  readonly __indirect_function_table: WebAssembly.Table;
  _initialize(): void;
  malloc(size: number): number;
  free(address: number): void;
}

export class EngineInstance {
  /** What it can read by name. */
  readonly files = new InstanceFiles();
  readonly #exports: EngineExports;
  #trap: Error | undefined;

  /** @throws what WebAssembly throws */
  constructor(module: WebAssembly.Module) {
    const imports = wasiImports(module, () => this.#exports.memory, this.files);
    this.#exports = new WebAssembly.Instance(module, imports).exports as EngineExports;
    this.#exports._initialize();
  }

  /** Whether a trap ended it. */
  get stopped(): boolean {
    return this.#trap !== undefined;
  }

  get memory(): WebAssembly.Memory {
    return this.#exports.memory;
  }

  get table(): WebAssembly.Table {
    return this.#exports.__indirect_function_table;
  }

  /** 0: there is no memory. */
  allocate(byteLength: number): number {
    return this.#run(() => this.#exports.malloc(byteLength)) >>> 0;
  }

  free(address: number): void {
    if (!this.stopped) this.#run(() => this.#exports.free(address));
  }

  /** A function of the header; undefined if the module does not have it. */
  function(name: string): LibraryFunction | undefined {
    const found = this.#exports[name] as LibraryFunction | undefined;
    return typeof found === "function"
      ? (...values) => this.#run(() => found(...values))
      : undefined;
  }

  #run<T>(call: () => T): T {
    if (this.#trap) throw stoppedError("was stopped by an earlier trap", this.#trap);
    try {
      return call();
    } catch (error) {
      this.#trap = error as Error;
      throw stoppedError("trapped", this.#trap);
    }
  }
}

function stoppedError(what: string, cause: Error): NativeError {
  return new NativeError(
    "internal",
    `the WebAssembly instance ${what}: ${cause.message}; it can compute nothing more, make a new backend and load the model again`,
    undefined,
    { cause },
  );
}
