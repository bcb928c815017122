/** An image beside what the network makes of it. */

import type { TopEntry } from "@libpredict/core";
import { colored, drawBar, drawImage } from "./drawing.js";

/** Columns that a card takes. */
export const cardWidth = 38;

const imageWidth = 16;
const barWidth = 10;

/** What a card shows. */
export interface Card {
  readonly title: string;
  /** As the network saw them: 64 pixels, 0 (paper) to 16 (ink). */
  readonly pixels: Uint8Array;
  /** The network's best three. */
  readonly guesses: readonly TopEntry[];
  /** What the image shows, where that is known. */
  readonly label?: number;
}

/** An image with the network's guesses beside it: eight lines of `cardWidth` columns. */
export function drawCard({ title, pixels, guesses, label }: Card, rich: boolean): string[] {
  const right = guesses[0]?.index === label;
  const verdict = right ? "right" : `wrong: it is a ${label}`;
  const besideWidth = cardWidth - imageWidth - 2;
  const beside = [
    title.length > besideWidth ? `${title.slice(0, besideWidth - 3)}...` : title,
    "",
    ...guesses.map(({ index: digit, value: probability }) => {
      const percent = `${(100 * probability).toFixed(1)} %`.padStart(8);
      return `${digit} ${drawBar(probability, barWidth, rich)}${percent}`;
    }),
    "",
    label === undefined ? "" : verdict,
    "",
  ];
  return drawImage(pixels, rich).map((picture, line) => {
    const text = (beside[line] ?? "").padEnd(besideWidth);
    return `${picture}  ${line === 6 && label !== undefined ? colored(text, right ? "green" : "red", rich) : text}`;
  });
}
