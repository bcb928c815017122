/** Element types and the arrays that hold them. float16 is held as bits, bool as bytes. */
import type { DType } from "./gen/native-constants.js";

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

interface ArrayClass {
  readonly name: string;
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

/** The class of array that holds an element type. */
export function arrayClassOf(dtype: DType): ArrayClass {
  return arrayClasses[dtype];
}

/** The element type that an array stands for by itself; a `Uint8Array` for `uint8`. Undefined for anything else. */
export function dtypeOfArray(value: unknown): DType | undefined {
  if (!ArrayBuffer.isView(value)) return undefined;
  const tag = (value as { [Symbol.toStringTag]?: string })[Symbol.toStringTag];
  for (const [dtype, { name }] of Object.entries(arrayClasses))
    if (name === tag) return dtype as DType;
  return undefined;
}

/** Whether an array may hold elements of a type: bool and uint8 share a class. */
export function holds(value: ElementData, dtype: DType): boolean {
  const own = dtypeOfArray(value);
  return own === dtype || (own === "uint8" && dtype === "bool");
}

/** The value of float16 bits. */
export function decodeFloat16(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
