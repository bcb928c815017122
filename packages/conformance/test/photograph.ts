/**
 * The photograph of the MTCNN tests: decoded by sharp, hashed, and sampled without interpolation, so
 * that reference/mtcnn_goldens.py computes the same inputs from the same pixels.
 */

import { createHash } from "node:crypto";
import sharp from "sharp";

export interface Photograph {
  readonly width: number;
  readonly height: number;
  /** width·height RGB triples. */
  readonly rgb: Buffer;
  readonly sha256: string;
}

/** x, y, width and height of a rectangle in pixels. */
export type Region = readonly [x: number, y: number, width: number, height: number];

export async function decodePhotograph(file: string): Promise<Photograph> {
  const { data, info } = await sharp(file)
    .removeAlpha()
    .toColourspace("srgb")
    .raw()
    .toBuffer({ resolveWithObject: true });
  const sha256 = createHash("sha256").update(data).digest("hex");
  return { width: info.width, height: info.height, rgb: data, sha256 };
}

/**
 * Regions sampled to one size: N×3×height×width, element (v − 127.5) / 128. Pixel i of an axis is
 * that at floor(i · region / size).
 */
export function sampleRegions(
  photograph: Photograph,
  regions: readonly Region[],
  [height, width]: readonly [number, number],
): Float32Array {
  const out = new Float32Array(regions.length * 3 * height * width);
  let next = 0;
  for (const [left, top, regionWidth, regionHeight] of regions) {
    for (let channel = 0; channel < 3; channel++) {
      for (let i = 0; i < height; i++) {
        const y = top + Math.floor((i * regionHeight) / height);
        for (let j = 0; j < width; j++) {
          const x = left + Math.floor((j * regionWidth) / width);
          const value = photograph.rgb[3 * (y * photograph.width + x) + channel] as number;
          out[next++] = (value - 127.5) / 128;
        }
      }
    }
  }
  return out;
}
