/**
 * Checks arrays that C reads or writes through unchecked pointers: class, length, and
 * whether the memory behind them can be relied on.
 */
import type { ScalarName } from "./descriptor.js";
import { LPDType } from "./gen/constants.js";
import { NativeError } from "./native-error.js";

/** Arrays that hold elements of a tensor. Float16 elements are in a `Uint16Array`, as bits; bool elements in a `Uint8Array`. */
export type ElementArray =
  | Float32Array
  | Float64Array
  | Uint16Array
  | Uint8Array
  | Int32Array
  | Int8Array
  | BigInt64Array;

const classByScalar: Partial<Record<ScalarName, string>> = {
  double: "Float64Array",
  float: "Float32Array",
  int: "Int32Array",
  int32_t: "Int32Array",
  int64_t: "BigInt64Array",
  uint32_t: "Uint32Array",
};
const classByDType: Readonly<Record<number, string>> = {
  [LPDType.LP_FLOAT32]: "Float32Array",
  [LPDType.LP_FLOAT64]: "Float64Array",
  [LPDType.LP_FLOAT16]: "Uint16Array",
  [LPDType.LP_UINT8]: "Uint8Array",
  [LPDType.LP_INT32]: "Int32Array",
  [LPDType.LP_INT8]: "Int8Array",
  [LPDType.LP_INT64]: "BigInt64Array",
  [LPDType.LP_BOOL]: "Uint8Array",
};

const typedArrays = Object.getPrototypeOf(Uint8Array.prototype) as object;
const tagOf = getterOf(typedArrays, Symbol.toStringTag);
const byteLengthOf = getterOf(ArrayBuffer.prototype, "byteLength");

/** What the engine itself says of an object, of any realm; a property of the same name does not. */
function getterOf(prototype: object, name: string | symbol): (value: unknown) => unknown {
  const { get } = Object.getOwnPropertyDescriptor(prototype, name) as { get: () => unknown };
  return (value) => get.call(value);
}

/** Checks an array against a C element type and a length in elements. */
export function checkArray(name: string, value: unknown, type: ScalarName, length: number): void {
  checkView(name, value, classByScalar[type] ?? "", length);
}

/** Checks an array against the element type of a tensor and a length in elements. */
export function checkElements(name: string, value: unknown, dtype: number, length: number): void {
  const expected = classByDType[dtype];
  if (expected === undefined)
    throw new NativeError("dtype", `${name}: no array holds elements of type ${dtype}`);
  checkView(name, value, expected, length);
}

/** Checks that a value is a view of any class over `length` bytes. */
export function checkBytes(name: string, value: unknown, length: number): void {
  if (!ArrayBuffer.isView(value))
    throw new NativeError(
      "argument",
      `${name} must be a typed array or a DataView, not ${describe(value)}`,
    );
  checkMemory(name, value);
  if (value.byteLength !== length)
    throw new NativeError("size", `${name} has ${value.byteLength} bytes, expected ${length}`);
}

function checkView(name: string, value: unknown, expected: string, length: number): void {
  if (tagOf(value) !== expected) {
    const code = ArrayBuffer.isView(value) ? "dtype" : "argument";
    throw new NativeError(code, `${name} must be a ${expected}, not ${describe(value)}`);
  }
  const view = value as Float32Array;
  checkMemory(name, view);
  if (view.length !== length)
    throw new NativeError("size", `${name} has ${view.length} elements, expected ${length}`);
}

function checkMemory(name: string, view: ArrayBufferView): void {
  const buffer: unknown = view.buffer;
  if (isShared(buffer))
    throw new NativeError("argument", `${name} lies in shared memory, which may change meanwhile`);
  if ((buffer as { resizable?: boolean }).resizable === true)
    throw new NativeError("argument", `${name} lies in a resizable buffer, which may shrink`);
  if (view.byteLength === 0 && isDetached(buffer as ArrayBuffer))
    throw new NativeError("argument", `${name} is detached: its memory was transferred away`);
}

/** A buffer behind a view that is no ArrayBuffer can only be a SharedArrayBuffer, which browsers may hide. */
function isShared(buffer: unknown): boolean {
  try {
    byteLengthOf(buffer);
    return false;
  } catch {
    return true;
  }
}

function isDetached(buffer: ArrayBuffer): boolean {
  try {
    new Uint8Array(buffer);
    return false;
  } catch {
    return true;
  }
}

/** Names a value for a message. */
export function describe(value: unknown): string {
  if (value === null) return "null";
  if (typeof value !== "object") return `a ${typeof value}`;
  const name = value.constructor?.name;
  return name ? `a ${name}` : "an object";
}
