import { describe, expect, it } from "vitest";
import { type DType, Tensor } from "../src/index.js";
import { failureOf } from "./fake/failure-of.js";

describe("a tensor", () => {
  it("shows its data, shape, size and element type", () => {
    const data = Float32Array.of(1, 2, 3, 4, 5, 6);
    const tensor = new Tensor(data, [2, 3]);
    expect(tensor.data).toBe(data);
    expect(tensor.shape).toEqual([2, 3]);
    expect(tensor.size).toBe(6);
    expect(tensor.dtype).toBe("float32");
  });

  it.each([
    [new Float64Array(1), "float64"],
    [new Uint16Array(1), "float16"],
    [new Uint8Array(1), "uint8"],
    [new Int32Array(1), "int32"],
    [new Int8Array(1), "int8"],
    [new BigInt64Array(1), "int64"],
  ] as const)("takes its element type from the class of its data", (data, dtype) => {
    expect(new Tensor(data, [1]).dtype).toBe(dtype);
  });

  it("is of type bool when that is said", () => {
    expect(new Tensor(Uint8Array.of(1, 0), [2], "bool").dtype).toBe("bool");
  });

  it("refuses an element type that its data cannot hold", () => {
    expect(failureOf(() => new Tensor<DType>(new Float32Array(1), [1], "float64"))).toMatchObject({
      code: "dtype",
      message: expect.stringMatching(/float32 cannot hold elements of type float64/),
    });
    expect(failureOf(() => new Tensor([1] as never, [1])).code).toBe("dtype");
    expect(failureOf(() => new Tensor(new Uint32Array(1) as never, [1])).code).toBe("dtype");
  });

  it.each([
    ["another number of elements", [2, 2], /4 elements, data has 6/],
    ["a negative dimension", [-2, -3], /-2 is not a whole number/],
    ["a fraction", [1.5, 4], /1.5 is not a whole number/],
    ["a dimension beyond 32 bits", [2 ** 32], /not a whole number from 0 to/],
    ["a product that is not exact", [2 ** 31, 2 ** 31], /is too large/],
    ["no array", 6, /must be an array/],
  ])("refuses a shape with %s", (_what, shape, message) => {
    const failure = failureOf(() => new Tensor(new Float32Array(6), shape as number[]));
    expect(failure).toMatchObject({
      name: "ShapeError",
      code: "shape",
      message: expect.stringMatching(message),
    });
  });

  it("may be a scalar or empty", () => {
    expect(new Tensor(Float32Array.of(7), []).size).toBe(1);
    expect(new Tensor(new Float32Array(0), [0, 5]).size).toBe(0);
  });

  it("keeps its shape when the caller's array changes", () => {
    const shape = [2];
    const tensor = new Tensor(new Float32Array(2), shape);
    shape[0] = 9;
    expect(tensor.shape).toEqual([2]);
  });
});

describe("row", () => {
  const tensor = new Tensor(Float32Array.of(1, 2, 3, 4, 5, 6), [2, 3]);

  it("is an entry of the first axis and shares memory", () => {
    const row = tensor.row(1);
    expect(row.shape).toEqual([3]);
    expect([...row.data]).toEqual([4, 5, 6]);
    expect(row.data.buffer).toBe(tensor.data.buffer);
  });

  it.each([-1, 2, 0.5])("%d does not exist in two rows", (index) => {
    expect(failureOf(() => tensor.row(index)).code).toBe("index");
  });

  it("does not exist in a scalar", () => {
    expect(failureOf(() => new Tensor(Float32Array.of(1), []).row(0)).code).toBe("index");
  });
});

describe("topK and argmax", () => {
  it("give the largest elements, largest first", () => {
    const tensor = new Tensor(Float32Array.of(0.5, 8, -1, 3), [1, 4]);
    expect(tensor.topK(2)).toEqual([
      { index: 1, value: 8 },
      { index: 3, value: 3 },
    ]);
    expect(tensor.argmax()).toBe(1);
  });

  it("put equal elements in order of position", () => {
    const tensor = new Tensor(Int32Array.of(2, 5, 5, 5), [4]);
    expect(tensor.topK(3).map((e) => e.index)).toEqual([1, 2, 3]);
    expect(tensor.argmax()).toBe(1);
  });

  it("give fewer where there are fewer, and none for 0", () => {
    const tensor = new Tensor(Float32Array.of(1, 2), [2]);
    expect(tensor.topK(5)).toHaveLength(2);
    expect(tensor.topK(0)).toEqual([]);
  });

  it("leave NaN out, wherever it stands", () => {
    const tensor = new Tensor(Float32Array.of(Number.NaN, 1, Number.NaN, 2), [4]);
    expect(tensor.topK(4).map((e) => e.index)).toEqual([3, 1]);
    expect(failureOf(() => new Tensor(Float32Array.of(Number.NaN), [1]).argmax()).code).toBe(
      "size",
    );
  });

  it("compare float16 by value and int64 as numbers", () => {
    // 0x3c00 is 1, 0xc000 is -2, 0x7c00 is infinity, 0x0001 is 2^-24, 0x7e00 is NaN.
    const half = new Tensor(Uint16Array.of(0x3c00, 0xc000, 0x7c00, 0x0001, 0x7e00), [5]);
    expect(half.topK(5)).toEqual([
      { index: 2, value: Number.POSITIVE_INFINITY },
      { index: 0, value: 1 },
      { index: 3, value: 2 ** -24 },
      { index: 1, value: -2 },
    ]);
    expect(new Tensor(BigInt64Array.of(-5n, 7n), [2]).topK(1)).toEqual([{ index: 1, value: 7 }]);
  });

  it.each([-1, 1.5, Number.NaN])("refuse k = %d", (k) => {
    expect(failureOf(() => new Tensor(new Float32Array(1), [1]).topK(k)).code).toBe("argument");
  });
});
