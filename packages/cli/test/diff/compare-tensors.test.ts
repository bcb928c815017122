import { Tensor } from "@libpredict/core";
import { describe, expect, it } from "vitest";
import { compareTensors } from "../../src/diff/compare-tensors.js";

const floats = (...values: number[]): Tensor =>
  new Tensor(Float32Array.of(...values), [values.length]);
const { NaN: nan, POSITIVE_INFINITY: infinity } = Number;

describe("compareTensors", () => {
  it("allows a share of the other's largest value, for small elements too", () => {
    const theirs = floats(100, 0);
    expect(compareTensors(floats(100, 0.0625), theirs, 1e-3)).toEqual({
      equal: true,
      size: 2,
      outside: 0,
      difference: 0.0625,
      relative: 0.000625,
      at: [1],
      ours: 0.0625,
      theirs: 0,
    });
    expect(compareTensors(floats(100, 0.125), theirs, 1e-3)).toMatchObject({
      equal: false,
      outside: 1,
      difference: 0.125,
      at: [1],
    });
  });

  it("finds the largest difference and says where it is", () => {
    const ours = new Tensor(Float32Array.of(1, 2, 3, 4, 5, 6), [2, 3]);
    const theirs = new Tensor(Float32Array.of(1, 2.5, 3, 4, 7, 6), [2, 3]);
    expect(compareTensors(ours, theirs, 0)).toMatchObject({
      outside: 2,
      difference: 2,
      at: [1, 1],
      ours: 5,
      theirs: 7,
    });
  });

  it("takes bit-equal tensors for equal at tolerance 0, all zeros too", () => {
    for (const values of [[1, 2], [0, 0], []])
      expect(compareTensors(floats(...values), floats(...values), 0)).toEqual({
        equal: true,
        size: values.length,
        outside: 0,
        difference: 0,
        relative: 0,
      });
  });

  it("takes NaN for NaN and infinity for infinity, and for nothing else", () => {
    expect(compareTensors(floats(nan, infinity), floats(nan, infinity), 0).equal).toBe(true);
    for (const [a, b] of [
      [nan, 1],
      [1, nan],
      [infinity, 1],
      [1, infinity],
      [infinity, -infinity],
    ] as const)
      expect(compareTensors(floats(a, 1), floats(b, 1), 1)).toMatchObject({
        equal: false,
        outside: 1,
        difference: infinity,
        at: [0],
      });
  });

  it("wants whole numbers and bools equal", () => {
    const int = (n: number): Tensor => new Tensor(Int32Array.of(1000, n), [2]);
    expect(compareTensors(int(1), int(1), 0.5).equal).toBe(true);
    expect(compareTensors(int(1), int(2), 0.5).equal).toBe(false);
    const wide = (n: bigint): Tensor => new Tensor(BigInt64Array.of(1000n, n), [2]);
    expect(compareTensors(wide(1n), wide(2n), 0.5).equal).toBe(false);
  });

  it("compares float16 as numbers, not below its own rounding", () => {
    // 0x3c00 is 1, 0x3c01 the next number, 1 + 2^-10.
    const half = (bits: number): Tensor => new Tensor(Uint16Array.of(bits), [1], "float16");
    expect(compareTensors(half(0x3c01), half(0x3c00), 1e-6)).toMatchObject({
      equal: true,
      difference: 2 ** -10,
    });
    expect(compareTensors(half(0x3c04), half(0x3c00), 1e-6).equal).toBe(false);
  });

  it("says so where shapes or types differ", () => {
    expect(compareTensors(floats(1, 2), floats(1), 1)).toMatchObject({
      equal: false,
      mismatch: "shape [2] here, [1] there",
    });
    expect(compareTensors(floats(1), new Tensor(Int32Array.of(1), [1]), 1)).toMatchObject({
      equal: false,
      mismatch: "element type float32 here, int32 there",
    });
  });
});
