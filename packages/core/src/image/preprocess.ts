/** From images to the tensor that a network takes. */
import { allocateArray } from "../array-allocation.js";
import { PredictError, ShapeError } from "../predict-error.js";
import { Tensor } from "../tensor.js";
import { withoutAlpha } from "./colour.js";
import { checkImage, checkSize, type Image, type ImageSize } from "./image.js";
import type { Interpolation } from "./interpolation.js";
import { resample } from "./resample.js";
import { checkInterpolation, rowsOf } from "./resize.js";
import { centred, type ResizePolicy, resizePolicies, resizeSteps } from "./resize-policy.js";

/** What happens to images before a network sees them. `presets` has the common recipes. */
export interface PreprocessOptions {
  /** Width and height of the network's input, in pixels. */
  readonly size: ImageSize;
  /** How an image gets that size; `stretch` by default. */
  readonly resize?: ResizePolicy | undefined;
  /** Length of the short side before the crop, in pixels; for the policy `short-side`, which needs it. */
  readonly shortSide?: number | undefined;
  /** How pixels are worked out; `bilinear` by default. */
  readonly interpolation?: Interpolation | undefined;
  /**
   * What the policy `pad` fills with, on the scale 0 to 255: one number, or one for each channel
   * in the order of `channelOrder`; 0 by default.
   */
  readonly padValue?: number | readonly number[] | undefined;
  /**
   * Red, green, blue from 0 to 255, on which transparent images are laid; without it alpha is
   * dropped, as MXNet does.
   */
  readonly background?: readonly [number, number, number] | undefined;
  /** The channels of the tensor, in order; `rgb` by default. `gray` is one channel. */
  readonly channelOrder?: "rgb" | "bgr" | "gray" | undefined;
  /** Factor on the values 0 to 255, before anything is subtracted; 1 by default, often 1 / 255. */
  readonly scale?: number | undefined;
  /**
   * What is subtracted after scaling: one number, one for each channel in the order of
   * `channelOrder`, or `"image"`: `meanImage`. 0 by default.
   */
  readonly mean?: number | readonly number[] | "image" | undefined;
  /** The mean image, for `mean: "image"`: float32 [C, height, width], channels in the order of `channelOrder`. */
  readonly meanImage?: Tensor | undefined;
  /** What is divided by after subtracting: one number, or one for each channel; 1 by default. */
  readonly std?: number | readonly number[] | undefined;
  /** Order of the tensor's axes: N images, C channels, H rows, W columns; `NCHW` by default. */
  readonly layout?: "NCHW" | "NHWC" | undefined;
  /** Element type of the tensor; `float32` by default. `uint8` goes with no scale, mean or std. */
  readonly dtype?: "float32" | "uint8" | undefined;
}

/**
 * Makes the tensor that a network takes from one or more images.
 *
 * For each image, in this order: alpha is dropped or laid on `background`, and colours become
 * gray for `gray`; resizing and cropping, in bytes; then for every value x from 0 to 255, each
 * step rounded to float32: `y = (x * scale - mean) / std`. A gray image gives all channels the same
 * values.
 *
 * @param images - an image, or a batch of them; they may differ in size and channels
 * @param options - the recipe
 * @returns a new tensor of shape [N, C, height, width] or [N, height, width, C]
 * @throws {@link PredictError} `argument`: something is no image, or an option is impossible, or
 *   there are no images; `dtype`: the mean image is not float32; `memory`
 * @throws {@link ShapeError} an image's data do not fit its size; the mean image has another shape
 *   than the output; with the policy `none`, an image has another size
 */
export function preprocess(images: Image | readonly Image[], options: PreprocessOptions): Tensor {
  const batch: readonly Image[] = Array.isArray(images) ? images : [images as Image];
  const recipe = checkRecipe(options);
  if (batch.length === 0) throw new PredictError("argument", "there are no images to preprocess");
  for (const [index, image] of batch.entries()) checkImage(image, nameOf(index, batch));
  const { width, height, channels, isPlanar, isBytes } = recipe;
  const imageLength = channels * height * width;
  const length = batch.length * imageLength;
  const data = isBytes ? allocateArray(Uint8Array, length) : allocateArray(Float32Array, length);
  const tables = recipe.meanImage ? [] : tablesOf(recipe);
  for (const [index, image] of batch.entries()) {
    const placed = place(image, recipe, nameOf(index, batch));
    write(placed, recipe, tables, data.subarray(index * imageLength, (index + 1) * imageLength));
  }
  const shape = isPlanar ? [channels, height, width] : [height, width, channels];
  return new Tensor(data, [batch.length, ...shape]);
}

function nameOf(index: number, batch: readonly Image[]): string {
  return batch.length === 1 ? "image" : `image ${index}`;
}

/** Checked options, with one number for each channel. */
export interface Recipe extends ImageSize {
  readonly resize: ResizePolicy;
  readonly shortSide: number | undefined;
  readonly interpolation: Interpolation;
  readonly background: readonly number[] | undefined;
  readonly channels: 1 | 3;
  readonly isBgr: boolean;
  readonly isPlanar: boolean;
  readonly isBytes: boolean;
  readonly pad: readonly number[];
  readonly scale: number;
  readonly mean: readonly number[];
  readonly meanImage: Float32Array | undefined;
  readonly std: readonly number[];
}

/**
 * Checks a recipe.
 *
 * @throws as `preprocess`, as far as options are the reason
 */
export function checkRecipe(options: PreprocessOptions): Recipe {
  if (typeof options !== "object" || options === null)
    throw new PredictError("argument", "preprocess takes images and { size, ... }");
  const { size, resize = "stretch", shortSide, interpolation = "bilinear" } = options;
  const { channelOrder = "rgb", layout = "NCHW", dtype = "float32", scale = 1 } = options;
  checkSize(size, "size");
  checkOneOf("resize", resize, resizePolicies);
  checkInterpolation(interpolation);
  checkOneOf("channelOrder", channelOrder, ["rgb", "bgr", "gray"]);
  checkOneOf("layout", layout, ["NCHW", "NHWC"]);
  checkOneOf("dtype", dtype, ["float32", "uint8"]);
  if (resize === "short-side") checkSize({ width: shortSide ?? 0, height: 1 }, "shortSide");
  if (!Number.isFinite(scale)) throw new PredictError("argument", `scale ${scale} is no number`);
  const channels = channelOrder === "gray" ? 1 : 3;
  const isBytes = dtype === "uint8";
  const { mean = 0, std = 1 } = options;
  if (isBytes && (scale !== 1 || mean !== 0 || std !== 1))
    throw new PredictError("argument", 'dtype "uint8" goes with no scale, mean or std');
  const pad = perChannel("padValue", options.padValue ?? 0, channels);
  if (isBytes && pad.some((value) => !isByte(value)))
    throw new PredictError("argument", `padValue ${pad.join(", ")}: not bytes, for dtype "uint8"`);
  const { background } = options;
  if (background && !(background.length === 3 && background.every((v) => v >= 0 && v <= 255)))
    throw new PredictError("argument", "background must be three numbers from 0 to 255");
  const deviations = perChannel("std", std, channels);
  if (deviations.includes(0)) throw new PredictError("argument", "std must not be 0");
  return {
    width: size.width,
    height: size.height,
    resize,
    shortSide,
    interpolation,
    background,
    channels,
    isBgr: channelOrder === "bgr",
    isPlanar: layout === "NCHW",
    isBytes,
    pad,
    scale,
    mean: mean === "image" ? [] : perChannel("mean", mean, channels),
    meanImage: checkMeanImage(options, [channels, size.height, size.width]),
    std: deviations,
  };
}

function checkOneOf<T>(name: string, value: T, known: readonly T[]): void {
  if (!known.includes(value))
    throw new PredictError("argument", `${name} "${value}" is none of ${known.join(", ")}`);
}

function isByte(value: number): boolean {
  return Number.isInteger(value) && value >= 0 && value <= 255;
}

function perChannel(
  name: string,
  value: number | readonly number[],
  channels: number,
): readonly number[] {
  const values = typeof value === "number" ? new Array<number>(channels).fill(value) : value;
  if (!Array.isArray(values) || values.length !== channels || !values.every(Number.isFinite))
    throw new PredictError(
      "argument",
      `${name} must be a number, or ${channels} for ${channels} channel${channels === 1 ? "" : "s"}, not ${Array.isArray(value) ? `[${value.join(",")}]` : value}`,
    );
  return values;
}

function checkMeanImage(
  { mean, meanImage }: PreprocessOptions,
  shape: readonly number[],
): Float32Array | undefined {
  if (mean !== "image") {
    if (meanImage !== undefined)
      throw new PredictError("argument", 'meanImage goes with mean: "image"');
    return undefined;
  }
  if (!(meanImage instanceof Tensor))
    throw new PredictError(
      "argument",
      `mean: "image" needs meanImage, a float32 tensor of shape [${shape.join(", ")}], such as mean_img of a mean_224.nd`,
    );
  if (!(meanImage.data instanceof Float32Array))
    throw new PredictError("dtype", `meanImage must be float32, not ${meanImage.dtype}`);
  const isSame =
    meanImage.shape.length === shape.length &&
    shape.every((dim, at) => dim === meanImage.shape[at]);
  if (!isSame)
    throw new ShapeError(
      "meanImage",
      shape,
      meanImage.shape,
      `shape [${shape.join(", ")}] was expected, it has [${meanImage.shape.join(", ")}]`,
    );
  return meanImage.data;
}

/** Resizes and crops. */
function place(image: Image, recipe: Recipe, name: string): Image {
  let placed = withoutAlpha(image, recipe.channels === 1, recipe.background);
  for (const step of resizeSteps(placed, recipe, recipe.resize, recipe.shortSide, name)) {
    checkSize(step.resized, `${name}, resized`);
    const rows = rowsOf(placed, step.cut);
    const data = resample(rows, step.resized, recipe.interpolation, step.keep);
    const { width, height } = step.keep;
    placed = { width, height, channels: placed.channels, data };
  }
  return placed;
}

/** Writes one image, or its padding and the image in the middle, as numbers. */
function write(
  image: Image,
  recipe: Recipe,
  tables: readonly Float32Array[],
  target: Uint8Array | Float32Array,
): void {
  const { x, y } = centred(recipe, image);
  const isWhole = image.width === recipe.width && image.height === recipe.height;
  for (let channel = 0; channel < recipe.channels; channel++) {
    if (!isWhole) fill(recipe, channel, target);
    const source = image.channels === 1 ? 0 : recipe.isBgr ? 2 - channel : channel;
    const table = tables[channel];
    const { first, step } = strides(recipe, channel);
    for (let row = 0; row < image.height; row++) {
      let from = row * image.width * image.channels + source;
      let pixel = (y + row) * recipe.width + x;
      for (const end = pixel + image.width; pixel < end; pixel++, from += image.channels) {
        const value = image.data[from] as number;
        target[first + pixel * step] = table
          ? (table[value] as number)
          : normalised(value, recipe, channel, pixel);
      }
    }
  }
}

function fill(recipe: Recipe, channel: number, target: Uint8Array | Float32Array): void {
  const { first, step } = strides(recipe, channel);
  const value = recipe.pad[channel] as number;
  for (let pixel = 0; pixel < recipe.width * recipe.height; pixel++)
    target[first + pixel * step] = normalised(value, recipe, channel, pixel);
}

/** Where a channel begins, and how far apart its values are. */
function strides({ width, height, channels, isPlanar }: Recipe, channel: number) {
  return isPlanar
    ? { first: channel * width * height, step: 1 }
    : { first: channel, step: channels };
}

/** What becomes of each byte. */
function tablesOf(recipe: Recipe): Float32Array[] {
  return recipe.std.map((_, channel) =>
    Float32Array.from({ length: 256 }, (_, value) => normalised(value, recipe, channel, 0)),
  );
}

function normalised(value: number, recipe: Recipe, channel: number, pixel: number): number {
  const { fround } = Math;
  const { scale, mean, meanImage, std, width, height } = recipe;
  const subtracted = meanImage
    ? (meanImage[channel * width * height + pixel] as number)
    : fround(mean[channel] as number);
  const centredValue = fround(fround(value * scale) - subtracted);
  return fround(centredValue / fround(std[channel] as number));
}
