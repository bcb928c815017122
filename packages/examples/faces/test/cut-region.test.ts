import { describe, expect, it } from "vitest";
import { cutRegion } from "../src/cut-region.js";

/** 3 x 2 pixels, RGB: pixel (x, y) is [10x + y, 100 + x, 200 + y]. */
const image = {
  width: 3,
  height: 2,
  channels: 3 as const,
  data: Uint8Array.from(
    [0, 1].flatMap((y) => [0, 1, 2].flatMap((x) => [10 * x + y, 100 + x, 200 + y])),
  ),
};
const cut = (left: number, top: number, right: number, bottom: number) =>
  cutRegion(image, { left, top, right, bottom });

describe("a region cut out of a photograph", () => {
  it("has the pixels of the box", () => {
    expect(cut(1, 0, 3, 2)).toEqual({
      width: 2,
      height: 2,
      channels: 3,
      data: Uint8Array.of(10, 101, 200, 20, 102, 200, 11, 101, 201, 21, 102, 201),
    });
  });

  it("is black beyond the photograph", () => {
    expect([...cut(-1, 1, 1, 3).data]).toEqual([0, 0, 0, 1, 100, 201, 0, 0, 0, 0, 0, 0]);
    expect([...cut(0, -1, 1, 1).data]).toEqual([0, 0, 0, 0, 100, 200]);
    expect([...cut(2, -1, 4, 1).data]).toEqual([0, 0, 0, 0, 0, 0, 20, 102, 200, 0, 0, 0]);
  });

  it("is all black where it lies outside", () => {
    for (const at of [-5, 5]) {
      expect(cut(at, 0, at + 2, 1).data.every((value) => value === 0)).toBe(true);
      expect(cut(0, at, 1, at + 2).data.every((value) => value === 0)).toBe(true);
    }
  });

  it("keeps gray gray", () => {
    const gray = { width: 2, height: 1, channels: 1 as const, data: Uint8Array.of(7, 8) };
    const region = cutRegion(gray, { left: 1, top: 0, right: 3, bottom: 1 });
    expect(region).toEqual({ width: 2, height: 1, channels: 1, data: Uint8Array.of(8, 0) });
  });
});
