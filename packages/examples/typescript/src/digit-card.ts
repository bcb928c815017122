/** One held-out image beside what the network makes of it. */

import type { TopEntry } from "@libpredict/core";
import type { HeldOutDigits } from "./digits-data.js";
import { colored, drawBar, drawImage } from "./drawing.js";

/** Columns that a card takes. */
export const cardWidth = 38;

const imageWidth = 16;
const barWidth = 10;

/** An image with the network's best three guesses beside it: eight lines of `cardWidth` columns. */
export function drawCard(
  images: HeldOutDigits,
  index: number,
  guesses: readonly TopEntry[],
  rich: boolean,
): string[] {
  const label = images.label(index);
  const right = guesses[0]?.index === label;
  const verdict = right ? "right" : `wrong: it is a ${label}`;
  const beside = [
    `image ${index}`,
    "",
    ...guesses.map(({ index: digit, value: probability }) => {
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
