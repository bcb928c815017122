/** Compares an output with what is kept of the expected one. */

import type { SampledOutput } from "./network-golden.js";
import { elementCount, hashWord } from "./tensor-data.js";

/** Allowed difference as a share of the largest output: the class `network`. */
export const allowedShare = 5e-4;
const placeSeed = 1;
const signSeed = 2;

/** What came of a comparison: the largest difference, as a share of the largest element, and words if it is too large. */
export interface Comparison {
  readonly error: number;
  readonly problem?: string;
}

/**
 * Seeded indices, one in each of equal parts of `size` elements; as many as there are kept values.
 * reference/network_goldens.py has the same rule.
 */
export function samplePlaces(size: number, most: number): number[] {
  const step = Math.max(1, Math.floor(size / most));
  const count = Math.floor((size - step) / step) + 1;
  return Array.from({ length: count }, (_, i) => i * step + (hashWord(placeSeed, i) % step));
}

/** Shape, sampled elements, mean and checksum of one output. */
export function compareSampled(
  kept: SampledOutput,
  shape: readonly number[],
  actual: Float32Array,
  most: number,
): Comparison {
  if (shape.join() !== kept.shape.join()) {
    return { error: Infinity, problem: `shape (${shape}) instead of (${kept.shape})` };
  }
  const size = elementCount(kept.shape);
  let sum = 0;
  let signed = 0;
  for (const [i, value] of actual.entries()) {
    sum += value;
    signed += hashWord(signSeed, i) & 1 ? -value : value;
  }
  const top = kept.top || 1;
  const parts: [what: string, difference: number][] = [
    ["the mean", sum / size - kept.mean],
    ["the checksum", signed / Math.sqrt(size) - kept.checksum],
    ...samplePlaces(size, most).map((place, i): [string, number] => [
      `element ${place}`,
      (actual[place] ?? Number.NaN) - (kept.values[i] ?? Number.NaN),
    ]),
  ];
  let worst: [what: string, share: number] = ["nothing", 0];
  for (const [what, difference] of parts) {
    const share = Number.isNaN(difference) ? Infinity : Math.abs(difference) / top;
    if (share > worst[1]) worst = [what, share];
  }
  const [what, error] = worst;
  return error <= allowedShare ? { error } : { error, problem: `${what} is ${share(error)} away` };
}

function share(error: number): string {
  return `${error.toExponential(1)} of the largest element`;
}
