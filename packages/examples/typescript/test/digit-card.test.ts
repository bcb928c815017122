import type { TopEntry } from "@libpredict/core";
import { describe, expect, it } from "vitest";
import { cardWidth, drawCard } from "../src/digit-card.js";

/** All ink. */
const pixels = new Uint8Array(64).fill(16);

/** Guesses in the order of the network's certainty, as `Tensor.topK` gives them. */
function top(...guesses: readonly [digit: number, probability: number][]): TopEntry[] {
  return guesses.map(([index, value]) => ({ index, value }));
}

describe("drawCard", () => {
  it("shows the image, the three best guesses and the verdict", () => {
    const card = drawCard(
      { title: "image 0", pixels, label: 1, guesses: top([1, 0.8], [3, 0.1], [0, 0.0625]) },
      false,
    );
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
    const card = drawCard(
      { title: "image 0", pixels, label: 1, guesses: top([0, 0.75], [1, 0.125], [2, 0.125]) },
      true,
    );
    expect(card[6]).toContain("\x1b[31mwrong: it is a 1");
  });

  it("says no verdict on an image whose digit is not known, and shortens a long name", () => {
    const title = "a-photograph-with-a-long-name.jpeg";
    const card = drawCard({ title, pixels, guesses: top([0, 1], [1, 0], [2, 0]) }, true);
    expect(card[0]).toContain("  a-photograph-with...");
    expect(card.join("")).not.toMatch(/right|wrong|\[3[12]m/);
    expect(card[0]?.endsWith("...")).toBe(true);
  });
});
