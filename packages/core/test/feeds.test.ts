import { describe, expect, it } from "vitest";
import type { TensorInfo } from "../src/backend.js";
import { checkFeeds, copyFeeds } from "../src/feeds.js";
import { type DType, ShapeError, Tensor } from "../src/index.js";
import { failureOf } from "./fake/failure-of.js";

const input = (name: string, dtype: DType, ...shape: number[]): TensorInfo => ({
  name,
  dtype,
  shape,
});
const data = input("data", "float32", 1, 4);
const mask = input("mask", "bool", 2);
const check = (feeds: unknown, inputs = [data], required: string[] = []) =>
  checkFeeds(feeds as never, inputs, required);

describe("checkFeeds", () => {
  it("takes an array in the input's present shape", () => {
    const values = new Float32Array(4);
    expect(check({ data: values })).toEqual([{ input: data, data: values, shape: [1, 4] }]);
  });

  it("takes a tensor, or anything with data and shape, in a shape of its own", () => {
    const values = new Float32Array(8);
    for (const feed of [new Tensor(values, [2, 4]), { data: values, shape: [2, 4] }])
      expect(check({ data: feed })).toEqual([{ input: data, data: values, shape: [2, 4] }]);
  });

  it("takes bytes for bool", () => {
    expect(check({ mask: Uint8Array.of(1, 0) }, [mask])).toHaveLength(1);
    expect(check({ mask: new Tensor(Uint8Array.of(1, 0), [2], "bool") }, [mask])).toHaveLength(1);
    expect(
      failureOf(() => check({ mask: new Tensor(Uint8Array.of(1, 0), [2]) }, [mask])).code,
    ).toBe("dtype");
  });

  it.each([
    ["float64", new Float64Array(4)],
    ["int32", new Int32Array(4)],
    ["uint8", new Uint8Array(4)],
    ["float16", new Uint16Array(4)],
  ])("refuses data of type %s for float32", (dtype, values) => {
    expect(failureOf(() => check({ data: values }))).toMatchObject({
      code: "dtype",
      message: `input "data" has element type float32, the data ${dtype}; nothing is converted silently`,
    });
    expect(failureOf(() => check({ data: { data: values, shape: [1, 4] } })).code).toBe("dtype");
  });

  it("refuses arrays of numbers and says how to make the right one", () => {
    expect(failureOf(() => check({ data: [1, 2, 3, 4] }))).toMatchObject({
      code: "argument",
      message:
        /takes a Float32Array or a tensor, not an array of numbers; make one with Float32Array\.from/,
    });
  });

  it.each([
    ["null", null],
    ["a number", 4],
    ["a string", "data"],
    ["an object", {}],
    ["a buffer", new ArrayBuffer(16)],
    ["a Uint32Array", new Uint32Array(4)],
  ])("refuses %s as an input", (_what, value) => {
    expect(failureOf(() => check({ data: value })).code).toBe("argument");
  });

  it.each([null, undefined, 5, "data"])("refuses %j as feeds", (feeds) => {
    expect(failureOf(() => check(feeds)).code).toBe("argument");
  });

  it("refuses a length that does not fit, with expected and actual", () => {
    try {
      check({ data: new Float32Array(5) });
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(ShapeError);
      expect(error).toMatchObject({
        code: "shape",
        input: "data",
        expected: [1, 4],
        actual: [5],
        message: "data: the data have 5 elements, shape [1, 4] has 4",
      });
    }
  });

  it("refuses a tensor-like whose shape does not fit its data, or is none", () => {
    const values = new Float32Array(4);
    expect(failureOf(() => check({ data: { data: values, shape: [5] } })).name).toBe("ShapeError");
    expect(failureOf(() => check({ data: { data: values, shape: [-4, -1] } })).message).toMatch(
      /input "data": .* is no shape/,
    );
  });

  it("refuses unknown names and lists the known ones", () => {
    expect(failureOf(() => check({ date: new Float32Array(4) }, [data, mask]))).toMatchObject({
      code: "name",
      message: 'there is no input "date"; the inputs are "data", "mask"',
    });
  });

  it("refuses to go without a required input", () => {
    expect(failureOf(() => check({}, [data], ["data"]))).toMatchObject({
      code: "name",
      message: expect.stringMatching(/input "data" is missing/),
    });
  });
});

describe("copyFeeds", () => {
  it("copies arrays and tensors, and bytes of a Buffer", () => {
    const values = Float32Array.of(1, 2);
    const bytes = Buffer.from([1, 2]);
    const tensor = new Tensor(bytes, [2], "bool");
    const copies = copyFeeds({ values, bytes, tensor });
    values.fill(9);
    bytes.fill(9);
    expect(copies).toMatchObject({
      values: Float32Array.of(1, 2),
      tensor: { shape: [2], dtype: "bool" },
    });
    expect([...(copies["bytes"] as Uint8Array)]).toEqual([1, 2]);
    expect([...(copies["tensor"] as Tensor<"bool">).data]).toEqual([1, 2]);
  });

  it("leaves to the check what is no array", () => {
    const view = new DataView(new ArrayBuffer(16));
    const feeds = { data: view } as never;
    expect(copyFeeds(feeds)).toEqual(feeds);
    expect(failureOf(() => check(copyFeeds(feeds))).code).toBe("argument");
    for (const feed of [null, undefined, [1], { data: view, shape: [4] }])
      expect(copyFeeds({ data: feed } as never)).toEqual({ data: feed });
  });
});
