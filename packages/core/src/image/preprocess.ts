/** From images to the tensor that a network takes. */
import { PredictError } from "../predict-error.js";
import type { Tensor } from "../tensor.js";
import type { Image, ImageSize } from "./image.js";
import type { Interpolation, ResizePolicy } from "./resize-policy.js";

/** What happens to images before a network sees them. `presets` has the common recipes. */
export interface PreprocessOptions {
  /** Width and height of the network's input, in pixels. */
  readonly size: ImageSize;
  /** How an image gets that size; `stretch` by default. */
  readonly resize?: ResizePolicy;
  /** Length of the short side before the crop, in pixels; for the policy `short-side` only, which needs it. */
  readonly shortSide?: number;
  /** How pixels are worked out; `bilinear` by default. */
  readonly interpolation?: Interpolation;
  /** What the policy `pad` fills with, 0 to 255: one number, or one for each channel of the output; 0 by default. */
  readonly padValue?: number | readonly number[];
  /** Red, green, blue from 0 to 255, on which transparent images are laid; without it alpha is dropped, as MXNet does. */
  readonly background?: readonly [number, number, number];
  /** The channels of the tensor, in order; `rgb` by default. `gray` is one channel. */
  readonly channelOrder?: "rgb" | "bgr" | "gray";
  /** Factor on the values 0 to 255, before anything is subtracted; 1 by default, often 1 / 255. */
  readonly scale?: number;
  /**
   * What is subtracted after scaling: one number, one for each channel in the order of
   * `channelOrder`, or `"image"`: `meanImage`. Nothing by default.
   */
  readonly mean?: number | readonly number[] | "image";
  /** The mean image, for `mean: "image"`: float32 of shape [C, height, width], in the order of `channelOrder`. */
  readonly meanImage?: Tensor;
  /** What is divided by after subtracting: one number, or one for each channel; 1 by default. */
  readonly std?: number | readonly number[];
  /** Order of the tensor's axes: N images, C channels, H rows, W columns; `NCHW` by default. */
  readonly layout?: "NCHW" | "NHWC";
  /** Element type of the tensor; `float32` by default. `uint8` goes with no scale, mean or std. */
  readonly dtype?: "float32" | "uint8";
}

/**
 * Makes the tensor that a network takes from one or more images.
 *
 * For each image, in this order: channels (gray, alpha), resizing and cropping in bytes, channel
 * order, then for every value x from 0 to 255, in float32: `y = (x * scale - mean) / std`.
 *
 * @param images - an image, or a batch of them; they may differ in size and channels
 * @param options - the recipe
 * @returns a new tensor of shape [N, C, height, width] or [N, height, width, C]
 * @throws {@link PredictError} `argument`: something is no image, or an option is impossible, or there are no images;
 *   `dtype`: the mean image is not float32
 * @throws {@link ShapeError} an image's data do not fit its size; the mean image has another shape
 *   than the output; with the policy `none`, an image has another size
 */
export function preprocess(images: Image | readonly Image[], options: PreprocessOptions): Tensor {
  void images;
  void options;
  throw new PredictError("unavailable", "preprocess is being written");
}
