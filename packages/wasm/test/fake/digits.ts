/** The digit network and what the reference says of some images. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

export interface DigitGolden {
  readonly pixels: readonly number[];
  readonly softmax: readonly number[];
}

/** The folder of the models. */
export const modelsFolder: string = fileURLToPath(
  new URL("../../../examples/models/", import.meta.url),
);
/** The network, without its endings. */
export const digitsPrefix = `${modelsFolder}digits/digits`;

export function digitGoldens(): readonly DigitGolden[] {
  const { images } = JSON.parse(readFileSync(`${digitsPrefix}-golden.json`, "utf8")) as {
    images: { index: number; softmax: number[] }[];
  };
  const bytes = readFileSync(`${digitsPrefix}-heldout.bin`);
  return images.map(({ index, softmax }) => ({
    pixels: Array.from(bytes.subarray(64 * index, 64 * index + 64), (ink) => ink / 16),
    softmax,
  }));
}

/** How many of the goldens the answers agree with. */
export function agreeing(answers: readonly ArrayLike<number>[]): number {
  return digitGoldens().filter(({ softmax }, i) =>
    softmax.every((value, j) => Math.abs((answers[i]?.[j] ?? Number.NaN) - value) <= 5e-4),
  ).length;
}
