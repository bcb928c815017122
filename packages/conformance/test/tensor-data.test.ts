import { describe, expect, it } from "vitest";
import {
  decodeElements,
  decodeHalf,
  encodeHalf,
  hashWord,
  tensorBytes,
} from "../src/tensor-data.js";

describe("tensors of the case format", () => {
  it("counts a ramp in every element type", () => {
    for (const dtype of [
      "float32",
      "float64",
      "float16",
      "uint8",
      "int32",
      "int8",
      "int64",
    ] as const) {
      const bytes = tensorBytes({ shape: [2, 2], dtype, ramp: [1, 2] });
      expect([...decodeElements(bytes, dtype)]).toEqual([1, 3, 5, 7]);
    }
  });

  it("reads infinities, NaN and large integers from strings", () => {
    const floats = tensorBytes({ shape: [3], data: ["inf", "-inf", "nan"] });
    expect([...decodeElements(floats, "float32")]).toEqual([Infinity, -Infinity, Number.NaN]);
    const bytes = tensorBytes({ shape: [1], dtype: "int64", data: ["9007199254740993"] });
    expect(bytes.readBigInt64LE(0)).toBe(9007199254740993n);
  });

  it("refuses data of another length than the shape", () => {
    expect(() => tensorBytes({ shape: [2, 2], data: [1, 2, 3] })).toThrow("3 elements");
  });

  // lowbias32 worked out with Python's integers
  it("gives the pseudo-random words that the README defines", () => {
    expect([hashWord(0, 0), hashWord(0, 1), hashWord(7, 0), hashWord(9999, 123)]).toEqual([
      0, 1753845952, 2440275426, 3182174434,
    ]);
  });

  it("keeps seeded elements in their interval and floors integers", () => {
    const spec = { shape: [1000], seeded: { seed: 5, lo: -3, hi: 4 } };
    for (const value of decodeElements(tensorBytes(spec), "float32")) {
      expect(value >= -3 && value <= 4).toBe(true);
    }
    const integers = decodeElements(tensorBytes({ ...spec, dtype: "int8" }), "int8");
    expect(new Set(integers)).toEqual(new Set([-3, -2, -1, 0, 1, 2, 3]));
  });
});

describe("half precision", () => {
  it.each([
    [0, 0x0000],
    [-0, 0x8000],
    [1, 0x3c00],
    [-2, 0xc000],
    [65504, 0x7bff],
    [65519.9, 0x7bff],
    [65520, 0x7c00],
    [2 ** -24, 0x0001],
    [2 ** -25, 0x0000], // a tie goes to even
    [3 * 2 ** -25, 0x0002],
    [2 ** -14, 0x0400],
    [2 ** -14 - 2 ** -26, 0x0400],
    [1 + 2 ** -11, 0x3c00],
    [1 + 3 * 2 ** -11, 0x3c02],
    [Number.POSITIVE_INFINITY, 0x7c00],
  ])("encodes %d as %d", (value, bits) => {
    expect(encodeHalf(value)).toBe(bits);
  });

  it("decodes every finite pattern to the number that encodes to it", () => {
    for (let bits = 0; bits < 0x10000; bits++) {
      if ((bits & 0x7c00) !== 0x7c00) {
        expect(encodeHalf(decodeHalf(bits))).toBe(bits);
      }
    }
  });
});
