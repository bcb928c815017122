/** Resizing and cropping of single images. */
import type { DType } from "../gen/native-constants.js";
import { PredictError, ShapeError } from "../predict-error.js";
import { Tensor } from "../tensor.js";
import { checkImage, checkSize, type Image, type ImageRegion, type ImageSize } from "./image.js";
import { type Interpolation, interpolations } from "./interpolation.js";
import { resample } from "./resample.js";
import { whole } from "./resize-policy.js";

/**
 * Resizes an image; its proportions change with the size. Byte for byte what MXNet's
 * `mx.image.imresize` gives.
 *
 * @param image - any image; its alpha, if any, is resized as a colour is
 * @param size - width and height in pixels
 * @param interpolation - how pixels are worked out; `bilinear` by default
 * @returns a new image with the same channels
 * @throws {@link PredictError} `argument`: no image, an impossible size or interpolation; `memory`
 * @throws {@link ShapeError} the image's data do not fit its size
 */
export function resizeImage(
  image: Image,
  size: ImageSize,
  interpolation: Interpolation = "bilinear",
): Image {
  checkImage(image, "image");
  checkSize(size, "size");
  checkInterpolation(interpolation);
  const { width, height } = size;
  const data = resample(rowsOf(image, whole(image)), size, interpolation, whole(size));
  return { width, height, channels: image.channels, data };
}

/**
 * Resizes a tensor of shape [height, width, C], such as a heat map or a mean image. float32
 * values are those of MXNet's `imresize` on float32, for `lanczos` within rounding.
 *
 * @param tensor - float32 or uint8, any number of channels from 1
 * @param size - width and height of the result
 * @param interpolation - how values are worked out; `bilinear` by default
 * @returns a new tensor of shape [size.height, size.width, C], of the same element type
 * @throws {@link PredictError} `dtype`: another element type; `argument`: not a tensor, an
 *   impossible size or interpolation; `memory`
 * @throws {@link ShapeError} the shape is not one of three dimensions of at least 1
 */
export function resizeTensor<D extends DType>(
  tensor: Tensor<D>,
  size: ImageSize,
  interpolation: Interpolation = "bilinear",
): Tensor<D> {
  if (!(tensor instanceof Tensor))
    throw new PredictError("argument", "a tensor to resize is a Tensor");
  const [height = 0, width = 0, channels = 0] = tensor.shape;
  if (tensor.shape.length !== 3 || tensor.size === 0)
    throw new ShapeError(
      "tensor",
      [],
      tensor.shape,
      `a tensor to resize has the shape [height, width, channels], not [${tensor.shape.join(", ")}]`,
    );
  if (tensor.dtype !== "float32" && tensor.dtype !== "uint8")
    throw new PredictError("dtype", `a tensor to resize is float32 or uint8, not ${tensor.dtype}`);
  checkSize(size, "size");
  checkInterpolation(interpolation);
  const data = tensor.data as Uint8Array | Float32Array;
  const rows = { data, channels, stride: width * channels, x: 0, y: 0, width, height };
  const resized = resample(rows, size, interpolation, whole(size)) as typeof tensor.data;
  return new Tensor(resized, [size.height, size.width, channels], tensor.dtype);
}

/**
 * Cuts a rectangle out of an image.
 *
 * @param image - any image
 * @param region - in pixels, inside the image
 * @returns a new image
 * @throws {@link PredictError} `argument`: no image, or a region that is not inside it
 * @throws {@link ShapeError} the image's data do not fit its size
 */
export function cropImage(image: Image, region: ImageRegion): Image {
  checkImage(image, "image");
  checkSize(region, "region");
  const { x, y, width, height } = region;
  const isInside = x >= 0 && y >= 0 && x + width <= image.width && y + height <= image.height;
  if (!Number.isInteger(x) || !Number.isInteger(y) || !isInside)
    throw new PredictError(
      "argument",
      `region ${width} x ${height} at (${x}, ${y}) is not inside an image of ${image.width} x ${image.height} pixels`,
    );
  const size = { width, height };
  const data = resample(rowsOf(image, region), size, "nearest", whole(size));
  return { width, height, channels: image.channels, data };
}

/** The pixels of a region of an image. */
export function rowsOf({ data, width, channels }: Image, region: ImageRegion) {
  return { data, channels, stride: width * channels, ...region };
}

/** @throws {@link PredictError} `argument`: not the name of an interpolation */
export function checkInterpolation(interpolation: Interpolation): void {
  if (!interpolations.includes(interpolation))
    throw new PredictError(
      "argument",
      `interpolation "${interpolation}" is none of ${interpolations.join(", ")}`,
    );
}
