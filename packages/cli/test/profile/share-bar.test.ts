import { expect, it } from "vitest";
import { shareBar } from "../../src/profile/share-bar.js";

it.each([
  [0, ""],
  [0.001, ""],
  [1 / 80, "▏"],
  [0.5, "█████"],
  [0.55, "█████▌"],
  [1, "██████████"],
  [1.2, "██████████"],
  [-1, ""],
])("draws %d of ten places as %s", (share, bar) => {
  expect(shareBar(share, 10)).toBe(bar);
});
