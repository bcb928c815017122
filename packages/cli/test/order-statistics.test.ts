import { describe, expect, it } from "vitest";
import { mean, median, percentile } from "../src/order-statistics.js";

describe("order statistics", () => {
  it("finds the middle", () => {
    expect(median([3])).toBe(3);
    expect(median([1, 2, 9])).toBe(2);
    expect(median([1, 2, 4, 9])).toBe(3);
    expect(median([])).toBeNaN();
  });

  it("finds what a part does not exceed", () => {
    const hundred = Array.from({ length: 100 }, (_, i) => i + 1);
    expect(percentile(hundred, 0.95)).toBe(95);
    expect(percentile(hundred, 1)).toBe(100);
    expect(percentile(hundred, 0)).toBe(1);
    expect(percentile([5, 6, 7], 0.95)).toBe(7);
    expect(percentile([5], 0.5)).toBe(5);
  });

  it("gives the mean", () => {
    expect(mean([1, 2, 6])).toBe(3);
  });
});
