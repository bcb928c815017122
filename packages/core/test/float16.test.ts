import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { decodeFloat16, encodeFloat16 } from "../src/float16.js";

const goldens: [number, number][] = JSON.parse(
  readFileSync(new URL("goldens/float16-goldens.json", import.meta.url), "utf8"),
);

describe("encodeFloat16", () => {
  it("rounds as NumPy does: halves to even, small values to subnormals, large ones to infinity", () => {
    expect(goldens.length).toBeGreaterThan(300);
    const wrong = goldens.filter(([value, bits]) => encodeFloat16(value) !== bits);
    expect(wrong).toEqual([]);
  });

  it("takes infinities and NaN", () => {
    expect(encodeFloat16(Number.POSITIVE_INFINITY)).toBe(0x7c00);
    expect(encodeFloat16(Number.NEGATIVE_INFINITY)).toBe(0xfc00);
    expect(encodeFloat16(Number.NaN)).toBe(0x7e00);
  });
});

it("decodeFloat16 and encodeFloat16 are inverse for every number", () => {
  for (let bits = 0; bits < 0x10000; bits++) {
    const value = decodeFloat16(bits);
    if (!Number.isNaN(value) && encodeFloat16(value) !== bits)
      expect(encodeFloat16(value)).toBe(bits);
  }
});
