/** Recipes with which well-known MXNet models were trained. */
import { PredictError } from "../predict-error.js";
import { checkSize, type ImageSize } from "./image.js";
import type { PreprocessOptions } from "./preprocess.js";

/** Names of recipes; see {@link presets}. */
export type PresetName =
  | "gluon"
  | "gluon-inception-v3"
  | "imagenet-2015"
  | "imagenet-2015-mean-image"
  | "imagenet-rgb-mean"
  | "inception-v3"
  | "caffe"
  | "raw"
  | "gray";

const square = (side: number): ImageSize => ({ width: side, height: side });
const shortSide256 = { size: square(224), resize: "short-side", shortSide: 256 } as const;
const gluon = { scale: 1 / 255, mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] } as const;

/**
 * How the images for well-known models are prepared. Take one as it is, or with changes:
 * `{ ...presets.gluon, interpolation: "area" }`. With a wrong one a network still answers, only worse.
 *
 * - `gluon`: the Gluon model zoo. Short side 256, centre 224 x 224; RGB, 0 to 1, minus
 *   ImageNet's mean, through its standard deviation.
 * - `gluon-inception-v3`: its Inception v3. The same with 342 and 299 x 299.
 * - `imagenet-2015`: Inception 21k, and the default of MXNet's C++ example. The largest square,
 *   resized to 224 x 224; RGB, 0 to 255, minus 117.
 * - `imagenet-2015-mean-image`: Inception-BN of 2015 (`Inception_BN-0039`). The same, but minus
 *   the mean image of its file `mean_224.nd`:
 *   `{ ...presets["imagenet-2015-mean-image"], meanImage }`.
 * - `imagenet-rgb-mean`: symbols trained with MXNet's `train_imagenet`, Inception-BN of 2016
 *   (`Inception-BN-0126`), VGG and others that MXNet's tool converted from Caffe, which turns
 *   their channels round. Short side 256, centre 224 x 224; RGB, 0 to 255, minus 123.68, 116.779,
 *   103.939.
 * - `inception-v3`: Inception v3 of the model gallery (`Inception-7`). The largest square,
 *   resized to 299 x 299; RGB, (x - 128) / 128.
 * - `caffe`: models that still take Caffe's channel order. As `imagenet-rgb-mean`, but BGR, minus
 *   103.939, 116.779, 123.68.
 * - `raw`: ResNet of the model gallery, whose first layer `bn_data` normalises; its ResNeXt has
 *   that layer too, but users report that it wants a mean. Short side 256, centre 224 x 224;
 *   RGB, 0 to 255.
 * - `gray`: small networks for drawn digits and letters. Fitted into 28 x 28 by area, on black;
 *   one channel, 0 to 1. Dark strokes on white want `scale: -1 / 255, mean: -1`, and `padValue: 255`.
 */
export const presets: Readonly<Record<PresetName, PreprocessOptions>> = {
  gluon: { ...shortSide256, ...gluon },
  "gluon-inception-v3": { ...gluon, size: square(299), resize: "short-side", shortSide: 342 },
  "imagenet-2015": { size: square(224), resize: "cover", mean: 117 },
  "imagenet-2015-mean-image": { size: square(224), resize: "cover", mean: "image" },
  "imagenet-rgb-mean": { ...shortSide256, mean: [123.68, 116.779, 103.939] },
  "inception-v3": { size: square(299), resize: "cover", mean: 128, std: 128 },
  caffe: { ...shortSide256, channelOrder: "bgr", mean: [103.939, 116.779, 123.68] },
  raw: shortSide256,
  gray: {
    size: square(28),
    resize: "pad",
    interpolation: "area",
    channelOrder: "gray",
    scale: 1 / 255,
  },
};

/**
 * The same recipe for another input size: `shortSide` keeps its proportion to the size.
 *
 * @param options - a recipe
 * @param size - width and height of the network's input, in pixels
 * @throws {@link PredictError} `argument`: no recipe, or an impossible size
 */
export function presetForSize(options: PreprocessOptions, size: ImageSize): PreprocessOptions {
  if (typeof options !== "object" || options === null)
    throw new PredictError("argument", "presetForSize takes a recipe, such as presets.gluon");
  checkSize(size, "size");
  if (options.shortSide === undefined) return { ...options, size };
  checkSize(options.size, "size of the recipe");
  const before = Math.min(options.size.width, options.size.height);
  const shortSide = Math.round((options.shortSide * Math.min(size.width, size.height)) / before);
  return { ...options, size, shortSide };
}
