/** Nested arrays, as literals and JSON have them: their shape, their elements, and back. */
import { checkedArrayClassOf, type ElementByDType, type ElementData } from "./element-data.js";
import { elementValue, storeExact } from "./element-value.js";
import type { DType } from "./gen/native-constants.js";
import { ShapeError } from "./predict-error.js";
import { checkShape, elementCount } from "./tensor-shape.js";

/** One value, or arrays of them nested to any depth: `[[1, 2], [3, 4]]`. */
export type NestedValues<T> = T | readonly NestedValues<T>[];

/** Deeper nesting is taken for an array that contains itself. */
const maxDepth = 32;

/**
 * Elements and shape of nested arrays.
 *
 * @throws {@link ShapeError} ragged arrays, or more than 32 levels
 * @throws {@link PredictError} `dtype`: no such type, or a value that it does not hold
 */
export function flattenNested(
  values: unknown,
  dtype: DType,
): { data: ElementData; shape: number[] } {
  const arrayClass = checkedArrayClassOf(dtype);
  const shape: number[] = [];
  for (let level = values; Array.isArray(level); level = level[0]) {
    if (shape.length === maxDepth)
      throw new ShapeError("values", [], shape, `the arrays are nested deeper than ${maxDepth}`);
    shape.push(level.length);
  }
  checkShape("values", shape);
  const data = new arrayClass(elementCount(shape));
  const path: number[] = [];
  const place = (): string => `values${path.map((i) => `[${i}]`).join("")}`;
  let at = 0;
  const visit = (value: unknown): void => {
    const depth = path.length;
    const expected = shape[depth];
    if (!Array.isArray(value)) {
      if (expected !== undefined) raggedAt(place(), value, shape.slice(depth), []);
      storeExact(data, at++, dtype, value, place);
      return;
    }
    if (value.length !== expected) raggedAt(place(), value, shape.slice(depth), [value.length]);
    for (let i = 0; i < value.length; i++) {
      path.push(i);
      visit(value[i]);
      path.pop();
    }
  };
  visit(values);
  return { data, shape };
}

function raggedAt(
  place: string,
  value: unknown,
  expected: readonly number[],
  actual: readonly number[],
): never {
  const found = Array.isArray(value)
    ? `an array of ${value.length}`
    : ArrayBuffer.isView(value)
      ? "a typed array (for those: new Tensor(data, shape))"
      : "a single value";
  const wanted = expected.length > 0 ? `an array of ${expected[0]}` : "a single value";
  throw new ShapeError(place, expected, actual, `expected ${wanted}, as before it, found ${found}`);
}

/** Arrays nested as the shape says; of a scalar, the element itself. */
export function nestElements<D extends DType>(
  data: ElementData,
  shape: readonly number[],
  dtype: D,
): NestedValues<ElementByDType[D]> {
  let at = 0;
  const level = (axis: number): NestedValues<ElementByDType[D]> =>
    axis === shape.length
      ? elementValue(data, at++, dtype)
      : Array.from({ length: shape[axis] as number }, () => level(axis + 1));
  return level(0);
}
