/** `ccall` and `cwrap`: C functions with texts and arrays of JavaScript. */
import { type OldMemory, textBytes } from "./old-memory.js";

type CFunction = (...values: unknown[]) => unknown;
/** "number", "string", "array", "boolean"; null for nothing. */
type OldType = string | null | undefined;

export interface OldCalls {
  ccall(
    name: string,
    result: OldType,
    types?: readonly OldType[],
    values?: readonly unknown[],
  ): unknown;
  cwrap(name: string, result: OldType, types?: readonly OldType[]): CFunction;
}

/** @param find - gives a C function by its name */
export function oldCalls(memory: OldMemory, find: (name: string) => CFunction): OldCalls {
  const ccall: OldCalls["ccall"] = (name, result, types = [], values = []) => {
    const run = find(name);
    const placed: number[] = [];
    try {
      const passed = values.map((value, i) => {
        const bytes = bytesOf(types[i], value);
        if (bytes === undefined) return value;
        const address = memory.place(bytes);
        placed.push(address);
        return address;
      });
      const answer = run(...passed);
      if (result === "string") return memory.readText(answer as number);
      return result === "boolean" ? Boolean(answer) : answer;
    } finally {
      for (const address of placed) memory.free(address);
    }
  };
  return {
    ccall,
    cwrap(name, result, types) {
      find(name);
      return (...values) => ccall(name, result, types, values);
    },
  };
}

/** What has to stand in the memory; undefined for what is passed as it is. */
function bytesOf(type: OldType, value: unknown): ArrayLike<number> | undefined {
  if (value === null || value === undefined || value === 0) return undefined;
  if (type === "string") return textBytes(`${value}\0`);
  if (type !== "array") return undefined;
  if (!ArrayBuffer.isView(value)) return value as ArrayLike<number>;
  return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
}
