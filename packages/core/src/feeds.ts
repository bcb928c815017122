/** What a run is given, checked against what the predictor expects. Nothing is converted. */
import type { TensorInfo } from "./backend.js";
import { arrayClassOf, dtypeOfArray, type ElementData, holds } from "./element-data.js";
import type { DType } from "./gen/native-constants.js";
import { PredictError, ShapeError } from "./predict-error.js";
import { checkShape, elementCount } from "./tensor-shape.js";

/** Elements with a shape; a `Tensor` is one. */
export interface TensorLike {
  readonly data: ElementData;
  readonly shape: readonly number[];
  readonly dtype?: DType;
}

/**
 * The inputs of a run, by name: an array whose length fits the input's present shape, or a
 * tensor, whose shape the input takes on.
 */
export type Feeds = Readonly<Record<string, ElementData | TensorLike>>;

/** One checked feed. */
export interface CheckedFeed {
  /** The input as it was before the run. */
  readonly input: TensorInfo;
  readonly data: ElementData;
  readonly shape: readonly number[];
}

/**
 * Checks feeds: names, element types, lengths.
 *
 * @param inputs - the predictor's inputs as they are now
 * @param required - names that must be fed
 * @throws {@link PredictError} `name`: an unknown or a missing input; `dtype`: another element type;
 *   `argument`: not a typed array or tensor
 * @throws {@link ShapeError} a length that does not fit
 */
export function checkFeeds(
  feeds: Feeds,
  inputs: readonly TensorInfo[],
  required: readonly string[],
): CheckedFeed[] {
  if (typeof feeds !== "object" || feeds === null)
    throw new PredictError("argument", "a run takes an object of inputs by name");
  for (const name of required)
    if (feeds[name] === undefined)
      throw new PredictError("name", `input "${name}" is missing; ${known(inputs)}`);
  return Object.entries(feeds).map(([name, feed]) => {
    const input = inputs.find((i) => i.name === name);
    if (!input) throw new PredictError("name", `there is no input "${name}"; ${known(inputs)}`);
    return checkFeed(input, feed);
  });
}

/** Feeds with arrays of their own, for a run that has to wait. What is no array stays as it is, for `checkFeeds`. */
export function copyFeeds(feeds: Feeds): Feeds {
  if (typeof feeds !== "object" || feeds === null) return feeds;
  return Object.fromEntries(
    Object.entries(feeds).map(([name, feed]) => {
      if (dtypeOfArray(feed)) return [name, copyOf(feed as ElementData)];
      if (isTensor(feed) && dtypeOfArray(feed.data))
        return [name, { dtype: feed.dtype, shape: copyShape(feed.shape), data: copyOf(feed.data) }];
      return [name, feed];
    }),
  ) as Feeds;
}

function known(inputs: readonly TensorInfo[]): string {
  return `the inputs are ${inputs.map((i) => `"${i.name}"`).join(", ")}`;
}

function checkFeed(input: TensorInfo, feed: ElementData | TensorLike): CheckedFeed {
  const { name } = input;
  const tensor = isTensor(feed) ? feed : undefined;
  const data: unknown = tensor ? tensor.data : feed;
  const dtype = dtypeOfArray(data);
  if (dtype === undefined) {
    const what = Array.isArray(data) ? "an array of numbers" : `a ${typeof data}`;
    const wanted = arrayClassOf(input.dtype).name;
    throw new PredictError(
      "argument",
      `input "${name}" takes a ${wanted} or a tensor, not ${what}; make one with ${wanted}.from`,
    );
  }
  const elements = data as ElementData;
  const stated = tensor?.dtype ?? (holds(elements, input.dtype) ? input.dtype : dtype);
  if (stated !== input.dtype || !holds(elements, input.dtype))
    throw new PredictError(
      "dtype",
      `input "${name}" has element type ${input.dtype}, the data ${stated}; nothing is converted silently`,
    );
  const shape = tensor ? tensor.shape : input.shape;
  if (tensor) checkShape(`input "${name}"`, shape);
  const expected = elementCount(shape);
  if (elements.length !== expected)
    throw new ShapeError(
      name,
      tensor ? [expected] : input.shape,
      [elements.length],
      `the data have ${elements.length} elements, shape [${shape.join(", ")}] has ${expected}`,
    );
  return { input, data: elements, shape };
}

function isTensor(feed: unknown): feed is TensorLike {
  return (
    typeof feed === "object" &&
    feed !== null &&
    !ArrayBuffer.isView(feed) &&
    "data" in feed &&
    "shape" in feed
  );
}

function copyShape(shape: readonly number[]): readonly number[] {
  return Array.isArray(shape) ? [...shape] : shape;
}

/** A copy; of Node's Buffer too, whose own `slice` shares memory. */
function copyOf(data: ElementData): ElementData {
  return Uint8Array.prototype.slice.call(data) as ElementData;
}
