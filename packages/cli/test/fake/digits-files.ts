/** The digit network of the examples, its held-out images as files, and what MXNet says of them. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Tensor, writeNpy } from "@libpredict/core";
import sharp from "sharp";

const folder = fileURLToPath(new URL("../../../examples/models/digits/", import.meta.url));

/** The network's path without the endings. */
export const digits: string = join(folder, "digits");

const heldOut = readFileSync(join(folder, "digits-heldout.bin"));
const side = 8;
const images = 360;

/** What MXNet 1.9.1 says of some of the images. */
export const golden: readonly {
  readonly index: number;
  readonly label: number;
  /** Of the node `dense2_fwd`. */
  readonly logits: readonly number[];
  readonly softmax: readonly number[];
}[] = JSON.parse(readFileSync(join(folder, "digits-golden.json"), "utf8")).images;

/** The number that an image shows. */
export function labelOf(image: number): number {
  return heldOut[images * side * side + image] as number;
}

function pixelsOf(image: number): Uint8Array {
  return heldOut.subarray(image * side * side, (image + 1) * side * side);
}

/** Some images as the network takes them, [N, 1, 8, 8]. */
export function digitsTensor(indices: readonly number[]): Tensor {
  const data = Float32Array.from(indices.flatMap((i) => [...pixelsOf(i)]).map((v) => v / 16));
  return new Tensor(data, [indices.length, 1, side, side]);
}

/** Writes some images as one `.npy` file. */
export function writeDigitsNpy(path: string, indices: readonly number[]): void {
  writeFileSync(path, writeNpy(digitsTensor(indices)));
}

/** Writes an image as a PNG of 8×8 pixels, 0 to 255. */
export async function writeDigitPng(path: string, image: number): Promise<void> {
  const bytes = Uint8Array.from(pixelsOf(image), (value) => Math.min(255, value * 16));
  await sharp(bytes, { raw: { width: side, height: side, channels: 1 } })
    .png()
    .toFile(path);
}
