/** Image pyramids: the sizes to which a photograph is brought so that a face of any size fits a network once. */
import { type Image, type ImageSize, imageFromRaw, preprocess } from "@libpredict/core";

/** What a network wants of its pyramid. Sides in pixels. */
export interface PyramidSpec {
  /** Side of a face in the network's eyes. */
  readonly faceSide: number;
  /** Side of the smallest faces that are looked for in the photograph. */
  readonly minSize: number;
  /** Each level's scale as a share of the one before; below 1. */
  readonly factor: number;
}

/**
 * The levels, the largest first: there a face of `minSize` has `faceSide` pixels. The last is the
 * smallest whose short side still holds a face. Sides are rounded up.
 *
 * @throws RangeError: `minSize` is not above 0, for which there would be no end of levels
 * @returns no level for a photograph that is smaller than the smallest face
 */
export function pyramidLevels({ width, height }: ImageSize, spec: PyramidSpec): ImageSize[] {
  if (!(spec.minSize > 0)) throw new RangeError(`minSize must be above 0, not ${spec.minSize}`);
  const levels: ImageSize[] = [];
  let scale = spec.faceSide / spec.minSize;
  while (Math.min(width, height) * scale >= spec.faceSide) {
    levels.push({ width: Math.ceil(width * scale), height: Math.ceil(height * scale) });
    scale *= spec.factor;
  }
  return levels;
}

/** A level may be made of an image that has so many times its sides: then no pixel is counted twice as much as its neighbour. */
const sourceRatio = 1.9;

/**
 * The photograph in the sizes of its levels, each pixel the mean of those that it covers. A level is
 * made of the smallest image before it that is about twice as large or more, which costs a fraction
 * of starting from a large photograph each time.
 */
export function* pyramidImages(photograph: Image, spec: PyramidSpec): Generator<Image> {
  const sources: Image[] = [];
  for (const size of pyramidLevels(photograph, spec)) {
    const source = sources.findLast(
      ({ width, height }) =>
        width >= sourceRatio * size.width && height >= sourceRatio * size.height,
    );
    const level = resizeTo(source ?? photograph, size);
    // Of an enlarged photograph nothing is made: it has less detail than the photograph.
    if (level.width <= photograph.width) sources.push(level);
    yield level;
  }
}

function resizeTo(image: Image, size: ImageSize): Image {
  const resized = preprocess(image, {
    size,
    resize: "stretch",
    interpolation: "area",
    layout: "NHWC",
    dtype: "uint8",
    channelOrder: image.channels === 1 ? "gray" : "rgb",
  });
  return imageFromRaw(resized.data as Uint8Array, size);
}
