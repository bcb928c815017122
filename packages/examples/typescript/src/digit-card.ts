/** One held-out image beside what the network makes of it. */

import type { HeldOutDigits } from "./digits-data.js";
import { colored, drawBar, drawImage } from "./drawing.js";

/** Columns that a card takes. */
export const cardWidth = 38;

const imageWidth = 16;
const barWidth = 10;

/** A digit and how probable the network finds it, 0 to 1. */
export interface Guess {
  readonly digit: number;
  readonly probability: number;
}

/** The digits from the most to the least probable. */
export function ranked(probabilities: ArrayLike<number>): Guess[] {
  return Array.from(probabilities, (probability, digit) => ({ digit, probability })).sort(
    (a, b) => b.probability - a.probability,
  );
}

/** An image with the network's top three beside it: eight lines of `cardWidth` columns. */
export function drawCard(
  images: HeldOutDigits,
  index: number,
  guesses: readonly Guess[],
  rich: boolean,
): string[] {
  const label = images.label(index);
  const right = guesses[0]?.digit === label;
  const verdict = right ? "right" : `wrong: it is a ${label}`;
  const beside = [
    `image ${index}`,
    "",
    ...guesses.slice(0, 3).map(({ digit, probability }) => {
      const percent = `${(100 * probability).toFixed(1)} %`.padStart(8);
      return `${digit} ${drawBar(probability, barWidth, rich)}${percent}`;
    }),
    "",
    verdict,
    "",
  ];
  const besideWidth = cardWidth - imageWidth - 2;
  return drawImage(images.pixels(index), rich).map((picture, line) => {
    const text = (beside[line] ?? "").padEnd(besideWidth);
    return `${picture}  ${line === 6 ? colored(text, right ? "green" : "red", rich) : text}`;
  });
}
