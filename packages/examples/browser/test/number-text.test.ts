import { describe, expect, it } from "vitest";
import { FrameTimes } from "../src/page/frame-times.js";
import { bytesText, countText, shareText, timeText } from "../src/page/number-text.js";

it.each([
  [0, "0 B"],
  [999, "999 B"],
  [200_552, "201 KB"],
  [999_600, "1.00 MB"],
  [45_300_000, "45.3 MB"],
  [5_000_000_000, "5.00 GB"],
])("%d bytes are %s", (bytes, text) => {
  expect(bytesText(bytes)).toBe(text);
});

it.each([
  [640, "640"],
  [36_864, "36.9 k"],
  [1_544_832, "1.54 M"],
  [3_858_000_000, "3.86 G"],
])("%d is %s", (count, text) => {
  expect(countText(count)).toBe(text);
});

it.each([
  [0.0421, "0.04 ms"],
  [13.06, "13.1 ms"],
  [999.4, "999 ms"],
  [1200, "1.20 s"],
])("%d ms are %s", (ms, text) => {
  expect(timeText(ms)).toBe(text);
});

it.each([
  [0, "0.0 %"],
  [0.1234, "12.3 %"],
  [0.9996, "99.9 %"],
  [0.99995, "100 %"],
  [1, "100 %"],
])("%d is %s", (share, text) => {
  expect(shareText(share)).toBe(text);
});

describe("times of pictures", () => {
  it("have a median of the last ones", () => {
    const times = new FrameTimes(3);
    expect(times.median).toBeUndefined();
    for (const ms of [9, 1, 5]) times.add(ms);
    expect(times.median).toBe(5);
    for (const ms of [2, 3]) times.add(ms);
    expect(times.median).toBe(3);
    times.clear();
    expect(times.median).toBeUndefined();
  });
});
