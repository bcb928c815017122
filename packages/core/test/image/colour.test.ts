import { describe, expect, it } from "vitest";
import { withoutAlpha } from "../../src/image/colour.js";
import { imageFromRaw } from "../../src/index.js";

const pixel = { width: 1, height: 1 };
const rgba = (...values: number[]) => imageFromRaw(Uint8Array.from(values), pixel);
const result = (...args: Parameters<typeof withoutAlpha>) => [...withoutAlpha(...args).data];

describe("colours", () => {
  it("lose their alpha", () => {
    expect(result(rgba(1, 2, 3, 0), false, undefined)).toEqual([1, 2, 3]);
  });

  it("are laid on a background by their alpha", () => {
    expect(result(rgba(10, 20, 30, 255), false, [255, 255, 255])).toEqual([10, 20, 30]);
    expect(result(rgba(10, 20, 30, 0), false, [255, 254, 253])).toEqual([255, 254, 253]);
    // (10 * 51 + 100 * 204) / 255 = 82
    expect(result(rgba(10, 10, 10, 51), false, [100, 100, 100])).toEqual([82, 82, 82]);
  });

  it("have nothing to be laid on where they are opaque", () => {
    const image = rgba(1, 2, 3);
    expect(withoutAlpha(image, false, [9, 9, 9])).toBe(image);
  });

  it.each([
    [[255, 255, 255], 255],
    [[0, 0, 0], 0],
    // 0.299 * 255 = 76.2; 0.587 * 255 = 149.7; 0.114 * 255 = 29.07
    [[255, 0, 0], 76],
    [[0, 255, 0], 150],
    [[0, 0, 255], 29],
    [[10, 200, 90], 131],
  ])("%j become gray %i", ([r = 0, g = 0, b = 0], gray) => {
    expect(result(rgba(r, g, b), true, undefined)).toEqual([gray]);
    expect(result(rgba(r, g, b, 7), true, undefined)).toEqual([gray]);
  });

  it("are laid on the background before they become gray", () => {
    expect(result(rgba(0, 0, 0, 0), true, [255, 255, 255])).toEqual([255]);
  });

  it("stay gray where they are", () => {
    const image = rgba(5);
    expect(withoutAlpha(image, false, [9, 9, 9])).toBe(image);
    expect(withoutAlpha(image, true, undefined)).toBe(image);
  });
});
