/** Image pyramids: the sizes to which a photograph is brought so that a face of any size fits a network once. */
import type { ImageSize } from "@libpredict/core";

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
 * @returns no level for a photograph that is smaller than the smallest face
 */
export function pyramidLevels({ width, height }: ImageSize, spec: PyramidSpec): ImageSize[] {
  const levels: ImageSize[] = [];
  let scale = spec.faceSide / spec.minSize;
  while (Math.min(width, height) * scale >= spec.faceSide) {
    levels.push({ width: Math.ceil(width * scale), height: Math.ceil(height * scale) });
    scale *= spec.factor;
  }
  return levels;
}
