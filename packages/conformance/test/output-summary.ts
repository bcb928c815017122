/** Compares an output of a whole network with what reference/whole_network.py kept of the expected one. */

import { expect } from "vitest";

/** Shape, largest magnitude, mean, and every `step`-th value of an output. */
export interface OutputSummary {
  readonly shape: readonly number[];
  readonly top: number;
  readonly mean: number;
  readonly step: number;
  readonly values: readonly number[];
}

/** Allowed difference as a share of the largest output: the class `network`. */
const allowed = 5e-4;

/** The largest difference to the kept values and to the mean, as a share of the largest output. */
export function expectOutput(
  what: string,
  shape: readonly number[],
  actual: Float32Array,
  kept: OutputSummary,
): number {
  expect(shape, what).toEqual(kept.shape);
  let worst = 0;
  let sum = 0;
  for (const value of actual) {
    sum += value;
  }
  for (const [i, value] of kept.values.entries()) {
    worst = Math.max(worst, Math.abs((actual[i * kept.step] ?? Number.NaN) - value));
  }
  worst = Math.max(worst, Math.abs(sum / actual.length - kept.mean));
  const error = worst / kept.top;
  expect(error, `${what}: largest difference, as a share of the largest output`).toBeLessThan(
    allowed,
  );
  return error;
}
