/** Shapes: whole numbers, and their product. */
import { ShapeError } from "./predict-error.js";

/** Number of elements of a shape; 1 for a scalar. */
export function elementCount(shape: readonly number[]): number {
  let count = 1;
  for (const dim of shape) count *= dim;
  return count;
}

/** @throws {@link ShapeError} unless the shape consists of whole numbers that fit 32 bits and a product that stays exact */
export function checkShape(name: string, shape: readonly number[]): void {
  const fail = (detail: string): never => {
    const shown = Array.isArray(shape) ? [...shape] : [];
    throw new ShapeError(name, [], shown, detail);
  };
  if (!Array.isArray(shape)) fail("the shape must be an array");
  for (const dim of shape)
    if (!Number.isInteger(dim) || dim < 0 || dim > 0xffff_ffff)
      fail(`[${shape.join(", ")}] is no shape: ${dim} is not a whole number from 0 to 2^32-1`);
  if (elementCount(shape) > Number.MAX_SAFE_INTEGER) fail(`[${shape.join(", ")}] is too large`);
}

/** Elements between one entry of each axis and the next, row-major. */
export function rowMajorStrides(shape: readonly number[]): number[] {
  const strides = new Array<number>(shape.length);
  let stride = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = stride;
    stride *= shape[axis] as number;
  }
  return strides;
}

/** Where an element stands, such as `[1, 0, 3]`. */
export function positionOf(index: number, shape: readonly number[]): string {
  const place = rowMajorStrides(shape).map(
    (stride, axis) => Math.floor(index / stride) % (shape[axis] as number),
  );
  return `[${place.join(", ")}]`;
}
