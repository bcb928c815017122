/**
 * Compares detections as sets: the same boxes with the same classes and scores, in any order, because
 * rows whose scores differ by a rounding error change places.
 */

import type { DetectionSet } from "./network-golden.js";
import { allowedShare, type Comparison, samplePlaces } from "./network-samples.js";

/** Columns that are compared of each output. */
const columnsPerOutput = 12;

/** One output of a library: shape and elements, the first two axes image and row. */
export interface DetectionOutput {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** Every expected row must have a row of its own that has the same class and is near in all other columns. */
export function compareDetections(
  kept: DetectionSet,
  outputs: readonly DetectionOutput[],
): Comparison {
  const shapes = outputs.map(({ shape }) => `(${shape})`).join(" ");
  const expected = kept.shapes.map((shape) => `(${shape})`).join(" ");
  if (shapes !== expected) {
    return { error: Infinity, problem: `shapes ${shapes} instead of ${expected}` };
  }
  let error = 0;
  for (const [image, { count, rows }] of kept.images.entries()) {
    const found = detectionRows(outputs, image);
    const where = `image ${image}`;
    if (found.length !== count) {
      return {
        error: Infinity,
        problem: `${where}: ${found.length} detections instead of ${count}`,
      };
    }
    const free = new Set(found);
    for (const row of rows) {
      const { partner, distance } = nearest(row, free, kept.tops);
      if (partner === undefined || distance > allowedShare) {
        const [name, ...values] = row;
        const near = partner === undefined ? "none of its class" : distance.toExponential(1);
        const problem = `${where}: no detection of class ${name} near ${values.slice(0, 5)}; the nearest: ${near}`;
        return { error: distance, problem };
      }
      free.delete(partner);
      error = Math.max(error, distance);
    }
  }
  return { error };
}

/** The detections of an image: the columns that goldens keep, of all outputs side by side. */
function detectionRows(outputs: readonly DetectionOutput[], image: number): number[][] {
  const [first] = outputs;
  const rows: number[][] = [];
  for (let row = 0; row < (first?.shape[1] ?? 0); row++) {
    const values = outputs.flatMap(({ shape, data }) => {
      const width = shape.slice(2).reduce((a, b) => a * b, 1);
      const start = (image * (shape[1] ?? 0) + row) * width;
      return samplePlaces(width, columnsPerOutput).map(
        (place) => data[start + place] ?? Number.NaN,
      );
    });
    if ((values[0] ?? -1) >= 0) rows.push(values);
  }
  return rows;
}

/** The row of the same class whose worst column is nearest, as a share of the column's largest magnitude. */
function nearest(
  row: readonly number[],
  candidates: Iterable<number[]>,
  tops: readonly number[],
): { readonly partner: number[] | undefined; readonly distance: number } {
  let partner: number[] | undefined;
  let distance = Infinity;
  for (const candidate of candidates) {
    if (candidate[0] !== row[0]) continue;
    const worst = row.reduce((most, value, column) => {
      const share = Math.abs((candidate[column] ?? Number.NaN) - value) / (tops[column] || 1);
      return Math.max(most, Number.isNaN(share) ? Infinity : share);
    }, 0);
    if (partner === undefined || worst < distance) {
      partner = candidate;
      distance = worst;
    }
  }
  return { partner, distance };
}
