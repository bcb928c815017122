/**
 * Tensors of the case format: what a spec means, and the raw little-endian bytes of its elements.
 * reference/case_tensors.py implements the same rules.
 */

import type { DType, JsonNumber, TensorSpec } from "./case-format.js";

const elementSizes: Readonly<Record<DType, number>> = {
  float32: 4,
  float64: 8,
  float16: 2,
  uint8: 1,
  int32: 4,
  int8: 1,
  int64: 8,
  bool: 1,
};

/** Bytes of one element. */
export function elementSize(dtype: DType): number {
  return elementSizes[dtype];
}

/** The product of the dimensions. */
export function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, dimension) => product * dimension, 1);
}

/** The element type of a spec; float32 where it names none. */
export function specDType(spec: TensorSpec): DType {
  return spec.dtype ?? "float32";
}

/** Raw bytes of the elements of a spec, row-major. */
export function tensorBytes(spec: TensorSpec): Buffer {
  const dtype = specDType(spec);
  const count = elementCount(spec.shape);
  const bytes = Buffer.alloc(count * elementSize(dtype));
  const element = elements(spec, count, dtype);
  for (let i = 0; i < count; i++) {
    writeElement(bytes, i, dtype, element(i));
  }
  return bytes;
}

/** The elements of raw bytes as numbers; int64 beyond 2^53 is rounded. */
export function decodeElements(bytes: Buffer, dtype: DType): Float64Array {
  const size = elementSize(dtype);
  const result = new Float64Array(Math.floor(bytes.length / size));
  for (let i = 0; i < result.length; i++) {
    result[i] = readElement(bytes, i * size, dtype);
  }
  return result;
}

/** The element generator of a spec: index to value, before rounding to the element type. */
function elements(
  spec: TensorSpec,
  count: number,
  dtype: DType,
): (index: number) => number | bigint {
  if (spec.data !== undefined) {
    const data = spec.data;
    if (data.length !== count) {
      throw new Error(`${data.length} elements for shape [${spec.shape.join(",")}]`);
    }
    return (i) => parseNumber(data[i] as JsonNumber, dtype);
  }
  if (spec.ramp !== undefined) {
    const [start, step] = spec.ramp;
    return (i) => start + i * step;
  }
  if (spec.fill !== undefined) {
    const value = parseNumber(spec.fill, dtype);
    return () => value;
  }
  if (spec.seeded !== undefined) {
    const { seed, lo, hi } = spec.seeded;
    const integer = !dtype.startsWith("float");
    return (i) => {
      const value = lo + ((hashWord(seed, i) >>> 8) / 16777216) * (hi - lo);
      return integer ? Math.floor(value) : value;
    };
  }
  throw new Error("a tensor needs one of data, ramp, fill, seeded");
}

/** Word `index` of the pseudo-random sequence of a seed: lowbias32(seed * 0x9E3779B9 + index). */
export function hashWord(seed: number, index: number): number {
  let x = (Math.imul(seed, 0x9e3779b9) + index) >>> 0;
  x ^= x >>> 16;
  x = Math.imul(x, 0x7feb352d) >>> 0;
  x ^= x >>> 15;
  x = Math.imul(x, 0x846ca68b) >>> 0;
  x ^= x >>> 16;
  return x >>> 0;
}

function parseNumber(value: JsonNumber, dtype: DType): number | bigint {
  if (typeof value === "number") {
    return value;
  }
  switch (value) {
    case "nan":
      return Number.NaN;
    case "inf":
      return Number.POSITIVE_INFINITY;
    case "-inf":
      return Number.NEGATIVE_INFINITY;
    default:
      return dtype === "int64" ? BigInt(value) : Number(value);
  }
}

function writeElement(bytes: Buffer, index: number, dtype: DType, value: number | bigint): void {
  const number = Number(value);
  switch (dtype) {
    case "float32":
      bytes.writeFloatLE(number, index * 4);
      return;
    case "float64":
      bytes.writeDoubleLE(number, index * 8);
      return;
    case "float16":
      bytes.writeUInt16LE(encodeHalf(number), index * 2);
      return;
    case "int32":
      bytes.writeInt32LE(number | 0, index * 4);
      return;
    case "int64":
      bytes.writeBigInt64LE(
        BigInt(typeof value === "bigint" ? value : Math.trunc(value)),
        index * 8,
      );
      return;
    default:
      bytes[index] = number & 0xff;
  }
}

function readElement(bytes: Buffer, offset: number, dtype: DType): number {
  switch (dtype) {
    case "float32":
      return bytes.readFloatLE(offset);
    case "float64":
      return bytes.readDoubleLE(offset);
    case "float16":
      return decodeHalf(bytes.readUInt16LE(offset));
    case "int32":
      return bytes.readInt32LE(offset);
    case "int64":
      return Number(bytes.readBigInt64LE(offset));
    case "int8":
      return bytes.readInt8(offset);
    default:
      return bytes.readUInt8(offset);
  }
}

/** The 16 bits of the half-precision number nearest to a value; ties go to even. */
export function encodeHalf(value: number): number {
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const size = Math.abs(value);
  if (Number.isNaN(value)) {
    return 0x7e00;
  }
  if (size >= 65520) {
    return sign | 0x7c00;
  }
  // below 2^-14 the spacing is that of the subnormals, 2^-24
  const exponent = Math.max(Math.floor(Math.log2(size || 1e-30)), -14);
  const spacing = 2 ** (exponent - 10);
  const steps = roundHalfEven(size / spacing);
  if (exponent === -14) {
    return sign | steps; // a carry out of the subnormals is the first normal number
  }
  return sign | (((exponent + 15) << 10) + (steps - 1024));
}

function roundHalfEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest !== 0.5) {
    return rest > 0.5 ? floor + 1 : floor;
  }
  return floor % 2 === 0 ? floor : floor + 1;
}

/** The value of 16 bits of half precision. */
export function decodeHalf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 31) {
    return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  }
  if (exponent === 0) {
    return sign * fraction * 2 ** -24;
  }
  return sign * (1024 + fraction) * 2 ** (exponent - 25);
}
