/**
 * A module as emscripten made them around 2015, over an instance of the engine: what programs
 * written for MXNet's `libmxnet_predict.js` use.
 */
import { trampolineOf } from "../callback-table.js";
import { oldCalls } from "./old-calls.js";
import { OldMemory, textBytes } from "./old-memory.js";

/** What every instance exports, besides the header's functions. */
interface EngineExports extends Record<string, WebAssembly.ExportValue> {
  readonly memory: WebAssembly.Memory;
  readonly __indirect_function_table: WebAssembly.Table;
  malloc(bytes: number): number;
  free(address: number): void;
}

type CFunction = (...values: unknown[]) => unknown;

/** Kinds of memory, as `allocate` takes them; all is malloc's here but for NONE. */
const allocators = {
  ALLOC_NORMAL: 0,
  ALLOC_STACK: 1,
  ALLOC_STATIC: 2,
  ALLOC_DYNAMIC: 3,
  ALLOC_NONE: 4,
};

/** The functions and constants; views of the memory are added as getters. */
export function oldModule(instance: WebAssembly.Instance): {
  readonly functions: Readonly<Record<string, unknown>>;
  readonly memory: OldMemory;
} {
  const exports = instance.exports as EngineExports;
  const malloc = (bytes: number): number => exports.malloc(bytes) >>> 0;
  const memory = new OldMemory(exports.memory, malloc, (address) => exports.free(address));
  const find = (name: string): CFunction => {
    const found = exports[name];
    if (typeof found !== "function")
      throw new Error(`Cannot call unknown function ${name}, make sure it is exported`);
    return found as CFunction;
  };
  const named = Object.fromEntries(
    Object.entries(exports)
      .filter(([name, value]) => /^(?:MX|LP)/.test(name) && typeof value === "function")
      .map(([name, value]) => [`_${name}`, value]),
  );
  const table = exports.__indirect_function_table;
  const addFunction = (run: CFunction): number => {
    const index = table.grow(1);
    table.set(index, trampolineOf(run));
    return index;
  };
  const removeFunction = (index: number): void => table.set(index, null);
  const { ccall, cwrap } = oldCalls(memory, find);
  const writeArrayToMemory = (array: ArrayLike<number>, address: number): void =>
    memory.heap("HEAP8").set(array, address >>> 0);
  const functions = {
    ...named,
    ...allocators,
    _malloc: malloc,
    _free: (address: number) => exports.free(address),
    ccall,
    cwrap,
    getValue: (address: number, type?: string) => memory.getValue(address, type),
    setValue: (address: number, value: number, type?: string) =>
      memory.setValue(address, value, type),
    allocate(
      slab: number | ArrayLike<number>,
      types: string | readonly string[],
      allocator: number = allocators.ALLOC_STATIC,
      address = 0,
    ): number {
      const size = typeof slab === "number" ? slab : slab.length;
      const typeAt = (i: number): string =>
        typeof types === "string" ? types : (types[i] ?? "i8");
      let bytes = 0;
      if (typeof slab === "number" || typeof types === "string")
        bytes = size * (typeof slab === "number" ? 1 : memory.sizeOf(typeAt(0)));
      else for (let i = 0; i < size; i++) bytes += memory.sizeOf(typeAt(i));
      const at =
        allocator === allocators.ALLOC_NONE ? address : memory.place(new Uint8Array(bytes));
      if (typeof slab === "number") return at;
      let offset = 0;
      for (let i = 0; i < size; i++) {
        memory.setValue(at + offset, slab[i] as number, typeAt(i));
        offset += memory.sizeOf(typeAt(i));
      }
      return at;
    },
    Pointer_stringify: (address: number, length?: number) => memory.readText(address, length),
    UTF8ToString: (address: number) => memory.readText(address),
    AsciiToString: (address: number) => memory.readText(address),
    stringToUTF8: (text: string, address: number, mostBytes?: number) =>
      memory.writeText(text, address, mostBytes),
    lengthBytesUTF8: (text: string) => textBytes(text).length,
    writeStringToMemory(text: string, address: number, withoutNul?: boolean): void {
      memory.writeText(text, address, undefined, !withoutNul);
    },
    writeAsciiToMemory(text: string, address: number, withoutNul?: boolean): void {
      memory.writeText(text, address, undefined, !withoutNul);
    },
    writeArrayToMemory,
    intArrayFromString: (text: string, withoutNul?: boolean) =>
      Array.from(textBytes(withoutNul ? text : `${text}\0`)),
    intArrayToString: (array: readonly number[]) =>
      array.map((byte) => String.fromCharCode(byte & 0xff)).join(""),
    addFunction,
    removeFunction,
    Runtime: {
      addFunction,
      removeFunction,
      getNativeTypeSize: (type: string) => memory.sizeOf(type),
    },
  };
  return { functions, memory };
}
