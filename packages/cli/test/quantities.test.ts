import { describe, expect, it } from "vitest";
import {
  formatBytes,
  formatCount,
  formatDuration,
  formatGflops,
  formatPercent,
  formatRate,
  formatRoundCount,
  formatShape,
} from "../src/quantities.js";

describe("quantities", () => {
  it.each([
    [0, "0 B"],
    [999, "999 B"],
    [1000, "0.98 KiB"],
    [1024, "1.00 KiB"],
    [210_000, "205 KiB"],
    [10 * 1024 * 1024, "10.0 MiB"],
    [1023.9 * 1024 ** 3, "1.00 TiB"],
    [5000 * 1024 ** 4, "5000 TiB"],
  ])("writes %d bytes as %s", (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text);
  });

  it.each([
    [7, "7"],
    [999, "999"],
    [1000, "1.00 k"],
    [1_583_000_000, "1.58 G"],
    [999_600, "1.00 M"],
  ])("rounds %d to %s", (count, text) => {
    expect(formatRoundCount(count)).toBe(text);
  });

  it.each([
    [0.0042, "4.20 µs"],
    [0.0999, "99.9 µs"],
    [0.1, "0.10 ms"],
    [0.42, "0.42 ms"],
    [13.12, "13.1 ms"],
    [999.4, "999 ms"],
    [2400, "2.40 s"],
  ])("writes %d ms as %s", (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
  });

  it("writes rates, speeds and shares", () => {
    expect([0.424, 61.34, 99.94, 99.96, 20_746.3].map(formatRate)).toEqual([
      "0.42",
      "61.3",
      "99.9",
      "100",
      "20,746",
    ]);
    expect([0, 0.5, 62.61, 1234].map(formatGflops)).toEqual(["", "0.50", "62.6", "1234"]);
    expect([0, 0.1234, 1].map(formatPercent)).toEqual(["0.0 %", "12.3 %", "100.0 %"]);
  });

  it("separates thousands, and dimensions", () => {
    expect(formatCount(50138)).toBe("50,138");
    expect(formatShape([1, 3, 224, 224])).toBe("1×3×224×224");
    expect(formatShape([])).toBe("scalar");
  });
});
