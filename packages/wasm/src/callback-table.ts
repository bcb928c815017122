/** JavaScript functions in the module's function table, where C calls them by their index. */
import type { CallbackFunctions } from "@libpredict/ffi/portable";
import type { EngineInstance } from "./engine-instance.js";

/**
 * A module that exports the function of three 32-bit numbers that it imports: a table takes only
 * functions of WebAssembly, and this makes one of a function of JavaScript.
 */
const trampoline = Uint8Array.of(
  ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0], // magic and version
  ...[1, 7, 1, 0x60, 3, 0x7f, 0x7f, 0x7f, 0], // type 0: three i32, no result
  ...[2, 7, 1, 1, 0x65, 1, 0x66, 0, 0], // import "e" "f": a function of type 0
  ...[7, 5, 1, 1, 0x66, 0, 0], // export "f": function 0
);

let module: WebAssembly.Module | undefined;

/** A function of three 32-bit numbers as one that a table takes. */
export function trampolineOf(run: (...values: number[]) => unknown): WebAssembly.ExportValue {
  module ??= new WebAssembly.Module(trampoline);
  return new WebAssembly.Instance(module, { e: { f: run } }).exports[
    "f"
  ] as WebAssembly.ExportValue;
}

export function callbackTable(engine: EngineInstance): CallbackFunctions {
  const free: number[] = [];
  return {
    make(run) {
      const index = free.pop() ?? engine.table.grow(1);
      engine.table.set(index, trampolineOf(run));
      return index;
    },
    remove(pointer) {
      engine.table.set(Number(pointer), null);
      free.push(Number(pointer));
    },
    // The library lends its arrays.
    giveBack() {},
  };
}
