import { Tensor } from "@libpredict/core";
import { describe, expect, it } from "vitest";
import { summarizeOutput } from "../../src/predict/prediction.js";

describe("summarizeOutput", () => {
  it("leaves NaN out of least, largest and mean, and writes what JSON lacks as text", () => {
    const tensor = new Tensor(Float32Array.of(1, Number.NaN, 3), [3]);
    const summary = summarizeOutput("y", tensor);
    expect(summary).toEqual({
      name: "y",
      dtype: "float32",
      shape: [3],
      min: 1,
      max: 3,
      mean: 2,
      values: [1, "NaN", 3],
    });
    expect(JSON.parse(JSON.stringify(summary))).toEqual(summary);
  });

  it("has no least where there is no number, or an infinite one", () => {
    const none = summarizeOutput("y", new Tensor(Float32Array.of(Number.NaN), [1]));
    expect(none).toMatchObject({ min: null, max: null, mean: null });
    const infinite = new Tensor(Float32Array.of(1, Number.POSITIVE_INFINITY), [2]);
    expect(summarizeOutput("y", infinite)).toMatchObject({
      min: 1,
      max: null,
      mean: null,
      values: [1, "Infinity"],
    });
  });

  it("writes 64-bit integers as numbers", () => {
    const tensor = new Tensor(BigInt64Array.of(-5n, 7n), [1, 2]);
    expect(summarizeOutput("y", tensor)).toMatchObject({ min: -5, max: 7, values: [[-5, 7]] });
  });

  it("leaves the values of large outputs out", () => {
    expect(summarizeOutput("y", new Tensor(new Float32Array(4097), [4097])).values).toBeNull();
    expect(summarizeOutput("y", new Tensor(new Float32Array(4096), [4096])).values).toHaveLength(
      4096,
    );
  });
});
