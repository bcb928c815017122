/** Images in memory: rows of unsigned bytes. Decoding a file is the platform's part; see `decodeImage`. */
import { PredictError, ShapeError } from "../predict-error.js";

/** A decoded image: rows from top to bottom, pixels from left to right, no padding between rows. */
export interface Image {
  /** Pixels in a row; at least 1. */
  readonly width: number;
  /** Number of rows; at least 1. */
  readonly height: number;
  /** 1: gray. 3: red, green, blue. 4: red, green, blue, alpha (255: opaque; colours not premultiplied). */
  readonly channels: 1 | 3 | 4;
  /** `height * width * channels` values from 0 to 255: the value of channel c at column x of row y is `data[(y * width + x) * channels + c]`. */
  readonly data: Uint8Array;
}

/** Width and height in pixels. */
export interface ImageSize {
  readonly width: number;
  readonly height: number;
}

/** A rectangle of whole pixels inside an image. */
export interface ImageRegion extends ImageSize {
  /** Columns left of it. */
  readonly x: number;
  /** Rows above it. */
  readonly y: number;
}

/** What raw pixels mean; `channels` is worked out from their number where it is left out. */
export interface RawImageLayout extends ImageSize {
  readonly channels?: 1 | 3 | 4;
}

/**
 * An image from raw pixels, such as a canvas's `ImageData` (`imageFromRaw(imageData.data, imageData)`)
 * or sharp's `raw()` output (`imageFromRaw(data, info)`).
 *
 * @param data - `height * width * channels` bytes, HWC, RGB order; not copied
 * @param layout - width and height in pixels, and how many channels; by default as many as the
 *   number of bytes means
 * @returns an image that shares memory with `data`
 * @throws {@link PredictError} `argument`: `data` are no bytes; width, height or channels are impossible
 * @throws {@link ShapeError} the number of bytes is another one than the layout means
 */
export function imageFromRaw(data: Uint8Array | Uint8ClampedArray, layout: RawImageLayout): Image {
  if (!(data instanceof Uint8Array || data instanceof Uint8ClampedArray))
    throw new PredictError("argument", "raw pixels must be a Uint8Array or a Uint8ClampedArray");
  if (typeof layout !== "object" || layout === null)
    throw new PredictError("argument", "raw pixels need { width, height }");
  checkSize(layout, "raw pixels");
  const { width, height } = layout;
  if (data.length === 0) throw new PredictError("argument", "raw pixels: data has no bytes");
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  const channels = layout.channels ?? ((data.length / (width * height)) as 1 | 3 | 4);
  const image = { width, height, channels, data: bytes };
  checkImage(image, "raw pixels");
  return image;
}

/**
 * Checks what a caller calls an image.
 *
 * @throws {@link PredictError} `argument`: it is none, or its width, height or channels are impossible
 * @throws {@link ShapeError} its data have another length than these mean
 */
export function checkImage(image: Image, name: string): void {
  if (typeof image !== "object" || image === null || !(image.data instanceof Uint8Array))
    throw new PredictError(
      "argument",
      `${name}: an image is { width, height, channels, data: Uint8Array }`,
    );
  const { width, height, channels, data } = image;
  checkSize(image, name);
  const pixels = width * height;
  if (channels !== 1 && channels !== 3 && channels !== 4) {
    const derived = `${data.length} bytes for ${width} x ${height} pixels`;
    throw new PredictError(
      "argument",
      `${name}: an image has 1, 3 or 4 channels, not ${channels} (${derived})`,
    );
  }
  if (data.length !== pixels * channels)
    throw new ShapeError(
      name,
      [height, width, channels],
      [data.length],
      `${width} x ${height} pixels of ${channels} channels are ${pixels * channels} bytes, data has ${data.length}`,
    );
}

/** @throws {@link PredictError} `argument`: width or height is not a whole number from 1 to 65535 */
export function checkSize(size: ImageSize, name: string): void {
  for (const side of ["width", "height"] as const) {
    const length = size?.[side];
    if (!Number.isInteger(length) || length < 1 || length > maximalSide)
      throw new PredictError(
        "argument",
        `${name}: ${side} must be a whole number from 1 to ${maximalSide}, not ${length}`,
      );
  }
}

/** Longest side of an image, in pixels: JPEG's own limit. */
const maximalSide = 65535;
