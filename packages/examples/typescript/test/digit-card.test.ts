import { describe, expect, it } from "vitest";
import { cardWidth, drawCard, ranked } from "../src/digit-card.js";
import { HeldOutDigits } from "../src/digits-data.js";

/** One image, all ink, of a 1. */
const images = new HeldOutDigits(Uint8Array.from([...new Array<number>(64).fill(16), 1]));

describe("ranked", () => {
  it("orders digits from the most to the least probable", () => {
    expect(ranked([0.25, 0.5, 0.125])).toEqual([
      { digit: 1, probability: 0.5 },
      { digit: 0, probability: 0.25 },
      { digit: 2, probability: 0.125 },
    ]);
  });
});

describe("drawCard", () => {
  it("shows the image, the three best guesses and the verdict", () => {
    const card = drawCard(images, 0, ranked([0.0625, 0.8, 0.0375, 0.1]), false);
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
    const card = drawCard(images, 0, ranked([0.75, 0.125, 0.125]), true);
    expect(card[6]).toContain("\x1b[31mwrong: it is a 1");
  });
});
