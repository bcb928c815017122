/** How far two libraries' values of one output are apart. */
import type { Tensor } from "@libpredict/core";

/** The result of comparing one output. */
export interface Comparison {
  /** Whether every element is within tolerance. */
  readonly equal: boolean;
  /** Elements, and how many of them are outside. */
  readonly size: number;
  readonly outside: number;
  /** Largest difference of two elements; infinite where one is NaN or infinite and the other is not. */
  readonly difference: number;
  /** That difference divided by the largest absolute value of the other library's finite elements. */
  readonly relative: number;
  /** Where the largest difference is: an index for each axis; absent where there is none. */
  readonly at?: readonly number[];
  /** The elements there. */
  readonly ours?: number;
  readonly theirs?: number;
  /** Set where nothing could be compared: shapes or element types differ. */
  readonly mismatch?: string;
}

/** float16 has 11 bits; a tolerance below its rounding would find differences everywhere. */
const float16Tolerance = 2e-3;

/**
 * Compares two tensors.
 *
 * Floating-point elements may differ by `tolerance` times the largest absolute value of `theirs`
 * (float16: at least 0.002 times it); whole numbers and bools may not differ. NaN equals NaN.
 */
export function compareTensors(ours: Tensor, theirs: Tensor, tolerance: number): Comparison {
  const size = ours.size;
  const mismatch = mismatchOf(ours, theirs);
  if (mismatch !== undefined)
    return {
      equal: false,
      size,
      outside: size,
      difference: Number.POSITIVE_INFINITY,
      relative: Number.POSITIVE_INFINITY,
      mismatch,
    };
  const a = numbersOf(ours);
  const b = numbersOf(theirs);
  let top = 0;
  for (const value of b) if (Number.isFinite(value)) top = Math.max(top, Math.abs(value));
  const isFloat = ours.dtype.startsWith("float");
  const share = ours.dtype === "float16" ? Math.max(tolerance, float16Tolerance) : tolerance;
  const allowed = isFloat ? share * top : 0;
  let outside = 0;
  let difference = 0;
  let worst = -1;
  for (let i = 0; i < size; i++) {
    const [x, y] = [a[i] as number, b[i] as number];
    if (x === y || (Number.isNaN(x) && Number.isNaN(y))) continue;
    const apart = Math.abs(x - y);
    const distance = Number.isNaN(apart) ? Number.POSITIVE_INFINITY : apart;
    if (!(distance <= allowed)) outside++;
    if (distance > difference) {
      difference = distance;
      worst = i;
    }
  }
  const result = {
    equal: outside === 0,
    size,
    outside,
    difference,
    relative: difference === 0 ? 0 : difference / top,
  };
  if (worst < 0) return result;
  const at = positionOf(worst, ours.shape);
  return { ...result, at, ours: a[worst] as number, theirs: b[worst] as number };
}

function mismatchOf(ours: Tensor, theirs: Tensor): string | undefined {
  if (ours.dtype !== theirs.dtype) return `element type ${ours.dtype} here, ${theirs.dtype} there`;
  if (ours.shape.join() !== theirs.shape.join())
    return `shape [${ours.shape.join(", ")}] here, [${theirs.shape.join(", ")}] there`;
  return undefined;
}

function numbersOf(tensor: Tensor): ArrayLike<number> & Iterable<number> {
  if (tensor.dtype === "float16") return tensor.to("float32").data;
  // Exact as far as float64 is, which is further than networks count.
  if (tensor.data instanceof BigInt64Array) return Float64Array.from(tensor.data, Number);
  return tensor.data;
}

function positionOf(index: number, shape: readonly number[]): number[] {
  const position: number[] = [];
  let rest = index;
  for (const dim of shape.toReversed()) {
    position.unshift(rest % dim);
    rest = Math.floor(rest / dim);
  }
  return position;
}
