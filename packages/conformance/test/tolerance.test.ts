import { describe, expect, it } from "vitest";
import type { TensorSpec } from "../src/case-format.js";
import { tensorBytes } from "../src/tensor-data.js";
import { compareTensor } from "../src/tolerance.js";

function off(expected: number, actual: number, ...rest: [string, number?, number?]): boolean {
  const [tolerance, k = 1, top = 0] = rest;
  const want: TensorSpec = { shape: [2], dtype: "float64", data: [expected, top] };
  const have = tensorBytes({ shape: [2], dtype: "float64", data: [actual, top] });
  return compareTensor(want, have, tolerance as "exact", k) !== undefined;
}

describe("tolerance classes", () => {
  it("exact allows nothing, but NaN equals NaN and zero equals minus zero", () => {
    expect(off(1, 1, "exact")).toBe(false);
    expect(off(1, 1 + 1e-15, "exact")).toBe(true);
    expect(off(Number.NaN, Number.NaN, "exact")).toBe(false);
    expect(off(0, -0, "exact")).toBe(false);
    expect(off(1, Number.NaN, "network")).toBe(true);
    expect(off(Number.NaN, 1, "network")).toBe(true);
  });

  it("rounding and transcendental grow with the value", () => {
    expect(off(100, 100 + 4.9e-5, "rounding")).toBe(false);
    expect(off(100, 100 + 5.2e-5, "rounding")).toBe(true);
    expect(off(100, 100 + 9.9e-4, "transcendental")).toBe(false);
    expect(off(100, 100 + 1.1e-3, "transcendental")).toBe(true);
  });

  it("accumulating grows with the largest value and the root of k", () => {
    // top 100, k 9: 1e-6 + (3e-6 + 2e-6) * 100 = 5.01e-4
    expect(off(0, 5.0e-4, "accumulating", 9, 100)).toBe(false);
    expect(off(0, 5.1e-4, "accumulating", 9, 100)).toBe(true);
    expect(off(0, 5.0e-4, "accumulating", 1, 100)).toBe(true);
  });

  it("network is relative to the largest value", () => {
    expect(off(1, 1.0049, "network", 1, 10)).toBe(false);
    expect(off(1, 1.0051, "network", 1, 10)).toBe(true);
  });

  it("quantized allows steps: of an integer 1, of a float the 127th part of the largest", () => {
    expect(off(0, 1, "quantized", 1, 127)).toBe(false);
    expect(off(0, 1.1, "quantized", 1, 127)).toBe(true);
    expect(off(0, 2, "quantized", 2, 127)).toBe(false);
    const integer: TensorSpec = { shape: [1], dtype: "int8", data: [1] };
    const other = tensorBytes({ shape: [1], dtype: "int8", data: [2] });
    expect(compareTensor(integer, other, "quantized", 1)).toBeUndefined();
    expect(compareTensor(integer, other, "quantized", 0)).toBeDefined();
  });

  it("infinities must be equal", () => {
    expect(off(Infinity, Infinity, "network")).toBe(false);
    expect(off(Infinity, 1e38, "network")).toBe(true);
    expect(off(-Infinity, Infinity, "rounding")).toBe(true);
  });

  it("float16 results have a class of their own, integers are exact", () => {
    const half: TensorSpec = { shape: [1], dtype: "float16", data: [1] };
    const near = tensorBytes({ shape: [1], dtype: "float16", data: [1.002] });
    expect(compareTensor(half, near, "rounding", 1)).toBeUndefined();
    expect(compareTensor(half, near, "exact", 1)).toBeDefined();
    const integer: TensorSpec = { shape: [1], dtype: "int32", data: [1] };
    const other = tensorBytes({ shape: [1], dtype: "int32", data: [2] });
    expect(compareTensor(integer, other, "network", 1)).toBeDefined();
  });

  it("names the worst element", () => {
    const want: TensorSpec = { shape: [3], data: [1, 2, 3] };
    const have = tensorBytes({ shape: [3], data: [1.1, 2, 4] });
    expect(compareTensor(want, have, "exact", 1)).toContain("2 of 3 elements");
    expect(compareTensor(want, have, "exact", 1)).toContain("element 2: 4 instead of 3");
    expect(compareTensor(want, have.subarray(4), "exact", 1)).toContain("8 bytes instead of 12");
  });
});
