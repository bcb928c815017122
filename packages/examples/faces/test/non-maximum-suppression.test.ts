import { describe, expect, it } from "vitest";
import { suppressNonMaxima } from "../src/non-maximum-suppression.js";

/** A row of boxes 10 pixels high and wide; `at` moves them, so that two of them overlap by (10 - d) / (10 + d). */
const candidate = (name: string, at: number, score: number) => ({
  name,
  score,
  box: { left: at, top: 0, right: at + 10, bottom: 10 },
});
const names = (kept: readonly { name: string }[]) => kept.map(({ name }) => name).join("");

describe("non-maximum suppression", () => {
  it("keeps the surest of those that overlap, the surest first", () => {
    const candidates = [
      candidate("a", 0, 0.6),
      candidate("b", 2, 0.9),
      candidate("c", 40, 0.7),
      candidate("d", 42, 0.95),
      candidate("e", 80, 0.1),
    ];
    expect(names(suppressNonMaxima(candidates, 0.5))).toBe("dbe");
  });

  it("drops only what overlaps one that stays", () => {
    // b falls to a; c overlaps b by 2/3, but a only by 3/7
    const candidates = [candidate("a", 0, 0.9), candidate("b", 2, 0.8), candidate("c", 4, 0.7)];
    expect(names(suppressNonMaxima(candidates, 0.5))).toBe("ac");
  });

  it("keeps what overlaps by exactly the limit", () => {
    const candidates = [candidate("a", 0, 0.9), candidate("b", 5, 0.8)];
    expect(names(suppressNonMaxima(candidates, 50 / 150))).toBe("ab");
    expect(names(suppressNonMaxima(candidates, 0.33))).toBe("a");
  });

  it("measures by the smaller box where that is asked for", () => {
    const large = { name: "l", score: 0.9, box: { left: 0, top: 0, right: 100, bottom: 100 } };
    const candidates = [large, candidate("s", 20, 0.8)];
    expect(names(suppressNonMaxima(candidates, 0.7))).toBe("ls");
    expect(names(suppressNonMaxima(candidates, 0.7, "smaller"))).toBe("l");
  });

  it("lets the first of equally sure ones stay, and leaves its argument as it is", () => {
    const candidates = [candidate("a", 1, 0.5), candidate("b", 0, 0.5), candidate("c", 60, 0.9)];
    expect(names(suppressNonMaxima(candidates, 0.5))).toBe("ca");
    expect(names(candidates)).toBe("abc");
  });

  it("has nothing to say about nothing", () => {
    expect(suppressNonMaxima([], 0.5)).toEqual([]);
  });
});
