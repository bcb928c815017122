/** The ways in which an image of any size becomes one of the size that a network takes, and their geometry. */
import { PredictError, ShapeError } from "../predict-error.js";
import type { ImageRegion, ImageSize } from "./image.js";

/**
 * How an image gets the size W x H of a network's input, from its own size w x h. All
 * divisions are of exact numbers, `floor` rounds down; a centred region of a x b in an image of
 * w x h begins at x = floor((w - a) / 2), y = floor((h - b) / 2).
 *
 * - `short-side`: resized, with its proportions kept, so that its short side has s = `shortSide`
 *   pixels: to s x floor(h * s / w) if h > w, else floor(w * s / h) x s; then `center-crop`.
 *   MXNet: `resize_short` or `transforms.Resize(s, keep_ratio=True)`, then `CenterCrop`.
 * - `cover`: its largest centred part with the proportions W : H is cut out, of
 *   floor(h * W / H) x h or w x floor(w * H / W); that is resized to W x H.
 * - `stretch`: resized to W x H; proportions change. MXNet: `imresize`, `transforms.Resize((W, H))`.
 * - `pad`: resized, with its proportions kept, so that it just fits: to W x round(h * W / w), or
 *   round(w * H / h) x H, at least 1 pixel (halves round up); centred, the rest is `padValue`.
 * - `center-crop`: its centre of W x H is cut out. Where it is smaller, a x b is cut out, then
 *   resized to W x H; a x b is W x H made smaller with its proportions kept: first (a, b) =
 *   (W * h / H, h) if h < H, then (w, b * w / a) if w < a; rounded down at the end. MXNet: `center_crop`.
 * - `none`: it must have the size.
 */
export type ResizePolicy = "short-side" | "cover" | "stretch" | "pad" | "center-crop" | "none";

/** Every policy. */
export const resizePolicies: readonly ResizePolicy[] = [
  "short-side",
  "cover",
  "stretch",
  "pad",
  "center-crop",
  "none",
];

/** One step: a part of the image is resized, and a part of the result kept. */
export interface ResizeStep {
  /** What is cut out of the image before resizing. */
  readonly cut: ImageRegion;
  /** What size the cut gets. */
  readonly resized: ImageSize;
  /** What is kept of the resized cut. */
  readonly keep: ImageRegion;
}

/**
 * The steps that a policy takes, one after the other; the last one keeps a region of the size
 * of the output, for `pad` one that fits into it.
 *
 * @throws {@link ShapeError} policy `none`: the image has another size
 * @throws {@link PredictError} `argument`: `short-side` without a short side
 */
export function resizeSteps(
  image: ImageSize,
  size: ImageSize,
  policy: ResizePolicy,
  shortSide: number | undefined,
  name: string,
): readonly ResizeStep[] {
  switch (policy) {
    case "stretch":
      return [{ cut: whole(image), resized: size, keep: whole(size) }];
    case "cover": {
      const { width: w, height: h } = image;
      const isWide = w * size.height > h * size.width;
      const width = isWide ? atLeastOne(Math.floor((h * size.width) / size.height)) : w;
      const height = isWide ? h : atLeastOne(Math.floor((w * size.height) / size.width));
      return [{ cut: centred(image, { width, height }), resized: size, keep: whole(size) }];
    }
    case "pad": {
      const resized = fitted(image, size);
      return [{ cut: whole(image), resized, keep: whole(resized) }];
    }
    case "center-crop":
      return centreCrop(image, size);
    case "short-side": {
      if (shortSide === undefined)
        throw new PredictError("argument", 'resize "short-side" needs shortSide, in pixels');
      const resized = withShortSide(image, shortSide);
      if (resized.width >= size.width && resized.height >= size.height)
        return [{ cut: whole(image), resized, keep: centred(resized, size) }];
      const first = { cut: whole(image), resized, keep: whole(resized) };
      return [first, ...centreCrop(resized, size)];
    }
    case "none":
      if (image.width !== size.width || image.height !== size.height)
        throw new ShapeError(
          name,
          [size.height, size.width],
          [image.height, image.width],
          `resize "none" takes images of ${size.width} x ${size.height} pixels, this one has ${image.width} x ${image.height}`,
        );
      return [];
  }
}

/** The region of a size in the middle; half a pixel goes to the right and below. */
export function centred(image: ImageSize, size: ImageSize): ImageRegion {
  const x = Math.floor((image.width - size.width) / 2);
  const y = Math.floor((image.height - size.height) / 2);
  return { x, y, width: size.width, height: size.height };
}

/** All of an image. */
export function whole({ width, height }: ImageSize): ImageRegion {
  return { x: 0, y: 0, width, height };
}

function centreCrop(image: ImageSize, size: ImageSize): readonly ResizeStep[] {
  let { width, height } = size;
  if (image.height < height) {
    width = (width * image.height) / height;
    height = image.height;
  }
  if (image.width < width) {
    height = (height * image.width) / width;
    width = image.width;
  }
  const part = { width: atLeastOne(Math.floor(width)), height: atLeastOne(Math.floor(height)) };
  return [{ cut: centred(image, part), resized: size, keep: whole(size) }];
}

function withShortSide({ width, height }: ImageSize, side: number): ImageSize {
  return height > width
    ? { width: side, height: Math.floor((height * side) / width) }
    : { width: Math.floor((width * side) / height), height: side };
}

function fitted({ width: w, height: h }: ImageSize, size: ImageSize): ImageSize {
  const isWide = w * size.height > h * size.width;
  return isWide
    ? { width: size.width, height: atLeastOne(Math.round((h * size.width) / w)) }
    : { width: atLeastOne(Math.round((w * size.height) / h)), height: size.height };
}

function atLeastOne(length: number): number {
  return Math.max(1, length);
}
