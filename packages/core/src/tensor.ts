/** Tensors: elements with a shape. The memory is the caller's; a tensor never copies it. */
import {
  type ArrayByDType,
  decodeFloat16,
  dtypeOfArray,
  type ElementData,
  holds,
} from "./element-data.js";
import type { DType } from "./gen/native-constants.js";
import { PredictError, ShapeError } from "./predict-error.js";

/** One of the largest elements of a tensor. */
export interface TopEntry {
  /** Position in `data`. */
  readonly index: number;
  /** The element as a number. */
  readonly value: number;
}

/** An array of elements with a shape, row-major. */
export class Tensor<D extends DType = DType> {
  readonly data: ArrayByDType[D];
  readonly shape: readonly number[];
  readonly dtype: D;

  /**
   * @param data - the elements, row-major; not copied
   * @param shape - the dimensions; their product is the number of elements
   * @param dtype - the element type; by default what the class of `data` stands for (`uint8` for a `Uint8Array`)
   * @throws {@link PredictError} `dtype`: `data` is no typed array, or cannot hold `dtype`
   * @throws {@link ShapeError} the shape is not one of whole numbers, or does not fit the number of elements
   */
  constructor(data: ArrayByDType[D], shape: readonly number[], dtype?: D) {
    const own = dtypeOfArray(data);
    if (own === undefined)
      throw new PredictError("dtype", "a tensor's data must be a typed array of a known type");
    if (dtype !== undefined && !holds(data, dtype))
      throw new PredictError("dtype", `data of type ${own} cannot hold elements of type ${dtype}`);
    checkShape("tensor", shape);
    const size = elementCount(shape);
    if (size !== data.length)
      throw new ShapeError(
        "tensor",
        [size],
        [data.length],
        `shape [${shape.join(", ")}] means ${size} elements, data has ${data.length}`,
      );
    this.data = data;
    this.shape = Object.freeze([...shape]);
    this.dtype = dtype ?? (own as D);
  }

  /** Number of elements. */
  get size(): number {
    return this.data.length;
  }

  /**
   * One entry of the first axis, sharing memory: `row(0)` of shape `[2, 10]` has shape `[10]`.
   *
   * @throws {@link PredictError} `index`: there is no such row
   */
  row(index: number): Tensor<D> {
    const [rows = 0, ...rest] = this.shape;
    if (this.shape.length === 0 || !Number.isInteger(index) || index < 0 || index >= rows)
      throw new PredictError(
        "index",
        `row ${index} of a tensor of shape [${this.shape.join(", ")}]`,
      );
    const size = elementCount(rest);
    const part = this.data.subarray(index * size, (index + 1) * size) as ArrayByDType[D];
    return new Tensor(part, rest, this.dtype);
  }

  /**
   * Position in `data` of the largest element, the first of several. NaN is never the largest.
   *
   * @throws {@link PredictError} `size`: the tensor has no elements that compare
   */
  argmax(): number {
    const [top] = this.topK(1);
    if (!top) throw new PredictError("size", "argmax of a tensor without numbers");
    return top.index;
  }

  /**
   * The `k` largest elements of the whole tensor, largest first, equal ones in order of position;
   * fewer if there are fewer. NaN is left out. For a batch, take `row(i)` first.
   *
   * @param k - how many; a whole number from 0
   * @throws {@link PredictError} `argument`: `k` is not such a number
   */
  topK(k: number): TopEntry[] {
    if (!Number.isInteger(k) || k < 0)
      throw new PredictError("argument", `topK takes a whole number from 0, not ${k}`);
    const top: TopEntry[] = [];
    for (let index = 0; k > 0 && index < this.data.length; index++) {
      const value = this.#number(index);
      if (Number.isNaN(value)) continue;
      const last = top[top.length - 1];
      if (top.length === k && last && value <= last.value) continue;
      let at = top.length;
      while (at > 0 && value > (top[at - 1] as TopEntry).value) at--;
      top.splice(at, 0, { index, value });
      if (top.length > k) top.pop();
    }
    return top;
  }

  #number(index: number): number {
    const element = (this.data as ElementData)[index] ?? 0;
    return this.dtype === "float16" ? decodeFloat16(Number(element)) : Number(element);
  }
}

/** Number of elements of a shape; 1 for a scalar. */
export function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, dim) => product * dim, 1);
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
