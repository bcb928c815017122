/** IEEE half precision: the value of 16 bits, and the 16 bits nearest to a value. */
import { littleEndianMachine } from "./element-data.js";

/** The value of float16 bits. */
export function decodeFloat16(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

const float = new Float64Array(1);
const words = new Uint32Array(float.buffer);
/** The half of a float64 that holds sign and exponent. */
const high = littleEndianMachine ? 1 : 0;

/**
 * The float16 bits nearest to a value: ties go to the even one, values from 65520 on to
 * infinity, every NaN to 0x7e00.
 */
export function encodeFloat16(value: number): number {
  if (Number.isNaN(value)) return 0x7e00;
  float[0] = value;
  const top = words[high] as number;
  const sign = (top >>> 16) & 0x8000;
  const magnitude = Math.abs(value);
  if (magnitude >= 65520) return sign | 0x7c00;
  // Below, every step but the rounding is exact; a carry out of the fraction is the next exponent.
  if (magnitude < 2 ** -14) return sign | roundHalfEven(magnitude * 2 ** 24);
  const exponent = ((top >>> 20) & 0x7ff) - 1023;
  return sign | (((exponent + 15) << 10) + roundHalfEven((magnitude / 2 ** exponent - 1) * 1024));
}

function roundHalfEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  return rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? floor + 1 : floor;
}
