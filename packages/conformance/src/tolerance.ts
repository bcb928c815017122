/** How far an answer may be from the expected values (README.md, "Tolerances"). */

import type { TensorSpec, ToleranceClass } from "./case-format.js";
import {
  decodeElements,
  elementCount,
  elementSize,
  specDType,
  tensorBytes,
} from "./tensor-data.js";

/**
 * Compares the raw bytes of an answer with what is expected.
 *
 * @returns undefined if every element is within tolerance, else a sentence that names the worst one.
 */
export function compareTensor(
  expected: TensorSpec,
  actual: Buffer,
  tolerance: ToleranceClass,
  k: number,
): string | undefined {
  const dtype = specDType(expected);
  const count = elementCount(expected.shape);
  if (actual.length !== count * elementSize(dtype)) {
    return `${actual.length} bytes instead of ${count * elementSize(dtype)}`;
  }
  const want = decodeElements(tensorBytes(expected), dtype);
  const have = decodeElements(actual, dtype);
  const limit = limits(want, tolerance, k, dtype);
  let worst = -1;
  let worstDifference = -1;
  let outside = 0;
  for (let i = 0; i < count; i++) {
    const e = want[i] as number;
    const a = have[i] as number;
    if (e === a || (Number.isNaN(e) && Number.isNaN(a))) {
      continue;
    }
    const difference = Math.abs(e - a);
    if (Number.isFinite(e) && difference <= limit(e)) {
      continue;
    }
    outside += 1;
    const size = Number.isNaN(difference) ? Number.POSITIVE_INFINITY : difference;
    if (size > worstDifference) {
      worst = i;
      worstDifference = size;
    }
  }
  if (worst < 0) {
    return undefined;
  }
  const e = want[worst] as number;
  return (
    `${outside} of ${count} elements are outside the class ${tolerance}; the worst is element ` +
    `${worst}: ${have[worst]} instead of ${e}, allowed ${limit(e).toExponential(2)}`
  );
}

function limits(
  want: Float64Array,
  tolerance: ToleranceClass,
  k: number,
  dtype: string,
): (expected: number) => number {
  if (tolerance === "quantized") {
    return constant(dtype.startsWith("float") ? (k * largest(want)) / 127 : k);
  }
  if (tolerance === "exact" || !dtype.startsWith("float")) {
    return () => 0;
  }
  if (dtype === "float16" || tolerance === "float16") {
    return (r) => 1e-3 + 2e-3 * Math.abs(r);
  }
  switch (tolerance) {
    case "rounding":
      return (r) => 1e-7 + 5e-7 * Math.abs(r);
    case "transcendental":
      return (r) => 1e-6 + 1e-5 * Math.abs(r);
    case "accumulating":
      return constant(1e-6 + (1e-6 * Math.sqrt(k) + 2e-6) * largest(want));
    case "network":
      return constant(5e-4 * largest(want));
  }
}

function constant(value: number): () => number {
  return () => value;
}

function largest(values: Float64Array): number {
  let top = 0;
  for (const value of values) {
    const size = Math.abs(value);
    if (Number.isFinite(size) && size > top) {
      top = size;
    }
  }
  return top;
}
