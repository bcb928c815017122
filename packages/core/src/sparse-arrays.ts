/** The dense form of MXNet's two kinds of sparse arrays. What is not stored is 0. */
import type { ElementData } from "./element-data.js";
import { elementCount } from "./tensor-shape.js";

/** An index vector, and where it lies in the file. */
export interface SparseIndices {
  readonly at: number;
  readonly values: readonly number[];
}

/** What all dense forms of a file may take together, beyond eight times their stored bytes: a small file cannot demand much memory. */
export const maxDenseBytes: number = 512 * 1024;

type Fail = (text: string, at: number) => never;

/** row_sparse: rows, and the numbers of the rows. */
export function densifyRows(
  result: ElementData,
  shape: readonly number[],
  values: ElementData,
  indices: SparseIndices,
  fail: Fail,
): void {
  const [rows = 0, ...rest] = shape;
  const size = elementCount(rest);
  indices.values.forEach((row, i) => {
    checkBelow(row, rows, i, indices, fail);
    result.set(values.subarray(i * size, (i + 1) * size) as never, row * size);
  });
}

/** csr: the values of row r and their columns are the entries from indptr[r] to indptr[r + 1]. */
export function densifyCsr(
  result: ElementData,
  shape: readonly number[],
  values: ElementData,
  indptr: SparseIndices,
  columns: SparseIndices,
  fail: Fail,
): void {
  const [rows = 0, width = 0] = shape;
  columns.values.forEach((column, i) => {
    checkBelow(column, width, i, columns, fail);
  });
  let previous = 0;
  indptr.values.forEach((begin, row) => {
    if (begin < previous || begin > values.length)
      fail(
        `row ${row} of a csr array begins at ${begin}, expected ${previous} to ${values.length}`,
        indptr.at,
      );
    previous = begin;
  });
  for (let row = 0; row < rows; row++)
    for (let i = indptr.values[row] as number; i < (indptr.values[row + 1] as number); i++)
      result[row * width + (columns.values[i] as number)] = values[i] as never;
}

function checkBelow(
  value: number,
  limit: number,
  position: number,
  indices: SparseIndices,
  fail: Fail,
): void {
  if (value < 0 || value >= limit)
    fail(
      `entry ${position} of a sparse array's indices is ${value}, expected 0 to ${limit - 1}`,
      indices.at,
    );
}
