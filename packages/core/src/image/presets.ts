/** Recipes with which well-known MXNet models were trained. */
import type { ImageSize } from "./image.js";
import type { PreprocessOptions } from "./preprocess.js";

/**
 * Names of recipes; see {@link presets}.
 */
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

const imagenet = {
  size: { width: 224, height: 224 },
  resize: "short-side",
  shortSide: 256,
} as const;
const gluon = { scale: 1 / 255, mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] } as const;

/**
 * How the images for well-known models are prepared. Take one as it is, or with changes:
 * `{ ...presets.gluon, interpolation: "area" }`.
 *
 * - `gluon`: models of the Gluon model zoo. RGB, 0..1, ImageNet's mean and standard deviation.
 * - `gluon-inception-v3`: the same at 299 x 299.
 * - `imagenet-2015`: Inception 21k and others of 2015 (the default of MXNet's C++ example). RGB, minus 117.
 * - `imagenet-2015-mean-image`: Inception-BN of 2015; needs `meanImage`, read from its `mean_224.nd`.
 * - `imagenet-rgb-mean`: symbols trained with MXNet's `train_imagenet`, Inception-BN of 2016, VGG. RGB, minus 123.68, 116.779, 103.939.
 * - `inception-v3`: Inception v3 of the model gallery. 299 x 299, RGB, (x - 128) / 128.
 * - `caffe`: models converted from Caffe. BGR, minus 103.939, 116.779, 123.68.
 * - `raw`: ResNet, ResNeXt of the model gallery, which normalise in their first layer. RGB, 0..255.
 * - `gray`: small networks on drawn digits. 28 x 28, one channel, 0..1.
 */
export const presets: Readonly<Record<PresetName, PreprocessOptions>> = {
  gluon: { ...imagenet, ...gluon },
  "gluon-inception-v3": {
    ...gluon,
    size: { width: 299, height: 299 },
    resize: "short-side",
    shortSide: 342,
  },
  "imagenet-2015": { ...imagenet, mean: 117 },
  "imagenet-2015-mean-image": { ...imagenet, mean: "image" },
  "imagenet-rgb-mean": { ...imagenet, mean: [123.68, 116.779, 103.939] },
  "inception-v3": {
    size: { width: 299, height: 299 },
    resize: "short-side",
    shortSide: 342,
    mean: 128,
    std: 128,
  },
  caffe: { ...imagenet, channelOrder: "bgr", mean: [103.939, 116.779, 123.68] },
  raw: imagenet,
  gray: {
    size: { width: 28, height: 28 },
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
 */
export function presetForSize(options: PreprocessOptions, size: ImageSize): PreprocessOptions {
  if (options.shortSide === undefined) return { ...options, size };
  const before = Math.min(options.size.width, options.size.height);
  const shortSide = Math.round((options.shortSide * Math.min(size.width, size.height)) / before);
  return { ...options, size, shortSide };
}
