/** Parts of a tensor along every axis. */
import { arrayClassOf, type ElementData } from "./element-data.js";
import type { DType } from "./gen/native-constants.js";
import { PredictError } from "./predict-error.js";
import { elementCount, rowMajorStrides } from "./tensor-shape.js";

/**
 * What to take of one axis: an entry, which drops the axis; `[start, end]` without the end, or
 * `[start]` up to the last; `null` for all of it. Negative numbers count from the end.
 */
export type SliceRange = number | readonly [start: number, end?: number] | null;

/**
 * Copies a part out.
 *
 * @throws {@link PredictError} `index`: more ranges than axes, or a range that is not within its axis
 */
export function sliceElements(
  data: ElementData,
  shape: readonly number[],
  dtype: DType,
  ranges: readonly SliceRange[],
): { data: ElementData; shape: number[] } {
  if (ranges.length > shape.length)
    throw new PredictError(
      "index",
      `slice: ${ranges.length} ranges for a tensor of shape [${shape.join(", ")}]`,
    );
  const starts: number[] = [];
  const counts: number[] = [];
  const kept: number[] = [];
  shape.forEach((size, axis) => {
    const range = ranges[axis] ?? null;
    const [start, end] = boundsOf(range, size, axis);
    starts.push(start);
    counts.push(end - start);
    if (typeof range !== "number") kept.push(end - start);
  });
  const strides = rowMajorStrides(shape);
  const out = new (arrayClassOf(dtype))(elementCount(counts));
  let to = 0;
  const copy = (axis: number, from: number): void => {
    const start = from + (starts[axis] ?? 0) * (strides[axis] ?? 1);
    const count = counts[axis] ?? 1;
    if (axis >= shape.length - 1) {
      out.set(data.subarray(start, start + count) as never, to);
      to += count;
    } else for (let i = 0; i < count; i++) copy(axis + 1, start + i * (strides[axis] as number));
  };
  if (out.length > 0) copy(0, 0);
  return { data: out, shape: kept };
}

function boundsOf(range: SliceRange, size: number, axis: number): [number, number] {
  const fail = (): never => {
    const shown = Array.isArray(range) ? `[${range.join(", ")}]` : String(range);
    throw new PredictError("index", `slice: ${shown} is not within axis ${axis} of ${size}`);
  };
  const whole = (value: unknown): number => {
    if (!Number.isInteger(value)) fail();
    return (value as number) < 0 ? (value as number) + size : (value as number);
  };
  if (range === null) return [0, size];
  if (typeof range !== "number" && !Array.isArray(range)) fail();
  const start = whole(typeof range === "number" ? range : range[0]);
  const end =
    typeof range === "number" ? start + 1 : range[1] === undefined ? size : whole(range[1]);
  if (start < 0 || end < start || end > size) fail();
  return [start, end];
}
