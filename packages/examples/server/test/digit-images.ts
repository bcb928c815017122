/** Images of digits with the reference's answers to them. */
import { readFileSync } from "node:fs";
import sharp from "sharp";

const folder = new URL("../../models/digits/", import.meta.url);
const heldOut = readFileSync(new URL("digits-heldout.bin", folder));

/** What the reference says about one held-out image. */
export interface GoldenImage {
  readonly index: number;
  readonly label: number;
  readonly softmax: readonly number[];
}

export const golden: readonly GoldenImage[] = (
  JSON.parse(readFileSync(new URL("digits-golden.json", folder), "utf8")) as {
    images: GoldenImage[];
  }
).images;

/** The network's input for a held-out image: 64 numbers from 0 to 1. */
export function elementsOf(index: number): number[] {
  return Array.from(heldOut.subarray(index * 64, index * 64 + 64), (ink) => ink / 16);
}

/** A held-out image as a picture of 160 x 160 pixels, dark on light. */
export function pictureOf(index: number, format: "png" | "jpeg" | "webp"): Promise<Buffer> {
  const bytes = Uint8Array.from(elementsOf(index), (ink) => Math.round(255 * (1 - ink)));
  return sharp(bytes, { raw: { width: 8, height: 8, channels: 1 } })
    .resize(160, 160, { kernel: "nearest" })
    .toColourspace("srgb")
    .toFormat(format, { quality: 100 })
    .toBuffer();
}
