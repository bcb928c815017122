import type { TopEntry } from "@libpredict/core";
import { describe, expect, it } from "vitest";
import { cardWidth, drawCard } from "../src/digit-card.js";
import { HeldOutDigits } from "../src/digits-data.js";

/** One image, all ink, of a 1. */
const images = new HeldOutDigits(Uint8Array.from([...new Array<number>(64).fill(16), 1]));

/** Guesses in the order of the network's certainty, as `Tensor.topK` gives them. */
function top(...guesses: readonly [digit: number, probability: number][]): TopEntry[] {
  return guesses.map(([index, value]) => ({ index, value }));
}

describe("drawCard", () => {
  it("shows the image, the three best guesses and the verdict", () => {
    const card = drawCard(images, 0, top([1, 0.8], [3, 0.1], [0, 0.0625]), false);
    expect(card.map((line) => line.slice(18).trimEnd())).toEqual([
      "image 0",
      "",
      "1 ########    80.0 %",
      "3 #           10.0 %",
      "0 #            6.3 %",
      "",
      "right",
      "",
    ]);
    for (const line of card) {
      expect(line.slice(0, 18)).toBe(`${"@".repeat(16)}  `);
      expect(line).toHaveLength(cardWidth);
    }
  });

  it("says what a misread digit is", () => {
    const card = drawCard(images, 0, top([0, 0.75], [1, 0.125], [2, 0.125]), true);
    expect(card[6]).toContain("\x1b[31mwrong: it is a 1");
  });
});
