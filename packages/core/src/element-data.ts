/** Element types and the arrays that hold them. float16 is held as bits, bool as bytes. */
import type { DType } from "./gen/native-constants.js";
import { PredictError } from "./predict-error.js";

/** The array class of each element type. */
export interface ArrayByDType {
  float32: Float32Array;
  float64: Float64Array;
  /** The 16 bits of each element. */
  float16: Uint16Array;
  uint8: Uint8Array;
  int32: Int32Array;
  int8: Int8Array;
  int64: BigInt64Array;
  /** 0 or 1. */
  bool: Uint8Array;
}

/** An array that can hold a tensor's elements. */
export type ElementData = ArrayByDType[DType];

/** What an element of each type is read as. */
export interface ElementByDType {
  float32: number;
  float64: number;
  float16: number;
  uint8: number;
  int32: number;
  int8: number;
  int64: bigint;
  bool: boolean;
}

/** What an element of each type may be given as. */
export interface ElementInputByDType {
  float32: number;
  float64: number;
  float16: number;
  uint8: number | bigint;
  int32: number | bigint;
  int8: number | bigint;
  int64: number | bigint;
  bool: boolean | number;
}

interface ArrayClass {
  readonly name: string;
  readonly BYTES_PER_ELEMENT: number;
  new (length: number): ElementData;
  new (buffer: ArrayBuffer): ElementData;
}

const arrayClasses: Readonly<Record<DType, ArrayClass>> = {
  float32: Float32Array,
  float64: Float64Array,
  float16: Uint16Array,
  uint8: Uint8Array,
  int32: Int32Array,
  int8: Int8Array,
  int64: BigInt64Array,
  bool: Uint8Array,
} as Readonly<Record<DType, ArrayClass>>;

/** What the name of an array's class stands for by itself; bool, which shares one, does not count. */
const dtypeByTag: ReadonlyMap<string, DType> = new Map(
  Object.entries(arrayClasses)
    .filter(([dtype]) => dtype !== "bool")
    .map(([dtype, { name }]) => [name, dtype as DType]),
);

/** The class of array that holds an element type. */
export function arrayClassOf(dtype: DType): ArrayClass {
  return arrayClasses[dtype];
}

/** The same for a type that a caller has given. @throws {@link PredictError} `dtype`: there is no such type */
export function checkedArrayClassOf(dtype: DType): ArrayClass {
  if (!Object.hasOwn(arrayClasses, dtype))
    throw new PredictError("dtype", `there is no element type "${dtype}"`);
  return arrayClassOf(dtype);
}

/** The element type that an array stands for by itself; a `Uint8Array` for `uint8`. Undefined for anything else. */
export function dtypeOfArray(value: unknown): DType | undefined {
  if (!ArrayBuffer.isView(value)) return undefined;
  const tag = (value as { [Symbol.toStringTag]?: string })[Symbol.toStringTag];
  return tag === undefined ? undefined : dtypeByTag.get(tag);
}

/** Whether an array may hold elements of a type: bool and uint8 share a class. */
export function holds(value: ElementData, dtype: DType): boolean {
  const own = dtypeOfArray(value);
  return own === dtype || (own === "uint8" && dtype === "bool");
}

/** The elements as bytes, in the machine's order, sharing memory. */
export function bytesOf(data: ElementData): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

/** Whether this machine stores the low byte first, as files mostly do. */
export const littleEndianMachine: boolean = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

/** Reverses the bytes of each element in place. */
export function swapBytes(bytes: Uint8Array, elementBytes: number): void {
  for (let at = 0; at + elementBytes <= bytes.length; at += elementBytes)
    for (let low = at, high = at + elementBytes - 1; low < high; low++, high--) {
      const byte = bytes[low] as number;
      bytes[low] = bytes[high] as number;
      bytes[high] = byte;
    }
}
