/** Tensors: elements with a shape. The memory is the caller's; a tensor never copies it. */
import {
  type ArrayByDType,
  checkedArrayClassOf,
  dtypeOfArray,
  type ElementByDType,
  type ElementInputByDType,
  holds,
} from "./element-data.js";
import { elementNumber, elementValue, storeCast } from "./element-value.js";
import type { DType } from "./gen/native-constants.js";
import { flattenNested, type NestedValues, nestElements } from "./nested-values.js";
import { PredictError, ShapeError } from "./predict-error.js";
import { checkShape, elementCount, positionOf } from "./tensor-shape.js";
import { type SliceRange, sliceElements } from "./tensor-slice.js";
import { softmaxElements } from "./tensor-softmax.js";
import { checkWholeNumber } from "./whole-number.js";

/** One of the largest elements of a tensor. */
export interface TopEntry {
  /** Position in `data`. */
  readonly index: number;
  /** The element as a number. */
  readonly value: number;
}

/** Elements that `toString` shows. */
const shownElements = 8;

const nodeInspect: unique symbol = Symbol.for("nodejs.util.inspect.custom") as never;

/** An array of elements with a shape, row-major. */
export class Tensor<D extends DType = DType> {
  /** The elements, row-major: float16 as its bits, bool as bytes of 0 and 1. */
  readonly data: ArrayByDType[D];
  /** The dimensions; frozen. Empty for a scalar. */
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

  /**
   * Makes a tensor of numbers: `Tensor.from([[1, 2], [3, 4]])` has shape `[2, 2]`, a number
   * alone shape `[]`. Floats are rounded to the nearest; nothing else is changed.
   *
   * @param values - one value, or arrays nested to equal lengths. Numbers; for integer types
   *   also bigints; for bool booleans, 0 or 1
   * @param dtype - the element type
   * @throws {@link ShapeError} ragged arrays; `input` names the place, such as `values[1][0]`
   * @throws {@link PredictError} `dtype`: no such type; or a value that it does not hold (a
   *   fraction or a number out of range for an integer type, a string), with its place
   */
  static from<D extends DType = "float32">(
    values: NestedValues<ElementInputByDType[D]>,
    dtype: D = "float32" as D,
  ): Tensor<D> {
    const { data, shape } = flattenNested(values, dtype);
    return new Tensor(data as ArrayByDType[D], shape, dtype);
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
   * A part, as a copy: `slice(0)` is the first entry of the first axis, `slice(null, [1, 3])`
   * entries 1 and 2 of the second one, `slice([-2])` the last two of the first.
   *
   * @param ranges - what to take of each axis; axes without one are taken whole
   * @throws {@link PredictError} `index`: more ranges than axes, or one that is not within its axis
   */
  slice(...ranges: SliceRange[]): Tensor<D> {
    const { data, shape } = sliceElements(this.data, this.shape, this.dtype, ranges);
    return new Tensor(data as ArrayByDType[D], shape, this.dtype);
  }

  /**
   * The same elements in another shape, sharing memory.
   *
   * @param shape - the new dimensions; one of them may be -1, which is worked out
   * @throws {@link ShapeError} another number of elements, or more than one -1
   */
  reshape(shape: readonly number[]): Tensor<D> {
    const open = Array.isArray(shape) ? shape.indexOf(-1) : -1;
    if (open < 0) return new Tensor(this.data, shape, this.dtype);
    const others = elementCount(shape.filter((_dim, axis) => axis !== open));
    const known = shape.with(open, others > 0 ? this.size / others : 0);
    if (!Number.isInteger(known[open]))
      throw new ShapeError(
        "tensor",
        shape,
        this.shape,
        `${this.size} elements cannot be reshaped to [${shape.join(", ")}]`,
      );
    return new Tensor(this.data, known, this.dtype);
  }

  /**
   * The same values as another element type; this tensor itself if it has that type already.
   * Floats are rounded to the nearest (beyond the largest float16 or float32: infinity);
   * whole numbers are truncated toward zero; bool is whether the value is not zero.
   *
   * @throws {@link PredictError} `dtype`: no such type; or NaN or a value out of range for an
   *   integer type, with its position
   */
  to<E extends DType>(dtype: E): Tensor<E> {
    const arrayClass = checkedArrayClassOf(dtype);
    if ((dtype as DType) === this.dtype) return this as unknown as Tensor<E>;
    const data = new arrayClass(this.size);
    for (let i = 0; i < data.length; i++)
      storeCast(data, i, dtype, this.#number(i), () => `element ${positionOf(i, this.shape)}`);
    return new Tensor(data as ArrayByDType[E], this.shape, dtype);
  }

  /**
   * The elements as nested arrays; of a scalar, the element alone. float16 comes as numbers,
   * int64 as bigints, bool as booleans.
   */
  toNested(): NestedValues<ElementByDType[D]> {
    return nestElements(this.data, this.shape, this.dtype);
  }

  /**
   * Softmax: positive values that add up to 1 along an axis, for networks that end in logits.
   * Computed in float64, rounded once to the tensor's type. A NaN or +infinity makes its line NaN.
   *
   * @param axis - the axis; negative numbers count from the last
   * @throws {@link PredictError} `dtype`: not a floating type; `index`: there is no such axis
   */
  softmax(axis = -1): Tensor<D> {
    if (!this.dtype.startsWith("float"))
      throw new PredictError("dtype", `softmax of ${this.dtype}; convert with .to("float32")`);
    const rank = this.shape.length;
    const from = axis < 0 ? axis + rank : axis;
    if (!Number.isInteger(from) || from < 0 || from >= rank)
      throw new PredictError(
        "index",
        `softmax: axis ${axis} of a tensor of shape [${this.shape.join(", ")}]`,
      );
    const data = softmaxElements(this.data, this.shape, this.dtype, from);
    return new Tensor(data as ArrayByDType[D], this.shape, this.dtype);
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
    checkWholeNumber("k of topK", k, 0);
    let top: TopEntry[] = [];
    const keepLargest = (): void => {
      // Ties, and differences of equal infinities (NaN), go by position.
      top.sort((a, b) => b.value - a.value || a.index - b.index);
      top = top.slice(0, k);
    };
    // Sorted only when twice as many have come as are wanted: k may be all of many classes.
    const limit = 2 * k;
    let least = Number.NEGATIVE_INFINITY;
    for (let index = 0; k > 0 && index < this.data.length; index++) {
      const value = this.#number(index);
      // What is no larger than k others before it cannot be among them. NaN fails too.
      if (!(value > least || (value === least && top.length < k))) continue;
      top.push({ index, value });
      if (top.length < limit) continue;
      keepLargest();
      least = top.at(-1)?.value ?? least;
    }
    keepLargest();
    return top;
  }

  /** Type, shape and the first elements: `Tensor float32 [1, 10] (0.25, 0.5, …)`. */
  toString(): string {
    const shown = Array.from({ length: Math.min(this.size, shownElements) }, (_, i) => {
      const value = elementValue(this.data, i, this.dtype);
      return String(typeof value === "number" ? Number(value.toPrecision(6)) : value);
    });
    if (this.size > shownElements) shown.push(`… ${this.size - shownElements} more`);
    return `Tensor ${this.dtype} [${this.shape.join(", ")}] (${shown.join(", ")})`;
  }

  /** What `console.log` shows in Node. @hidden */
  [nodeInspect](): string {
    return this.toString();
  }

  #number(index: number): number {
    return elementNumber(this.data, index, this.dtype);
  }
}
