import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { type DType, ShapeError, type SliceRange, Tensor } from "../src/index.js";
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

describe("Tensor.from", () => {
  it("takes the shape from the nesting, float32 by default", () => {
    const tensor = Tensor.from([
      [1, 2, 3],
      [4, 5, 6.1],
    ]);
    expect(tensor).toEqual(new Tensor(Float32Array.of(1, 2, 3, 4, 5, 6.1), [2, 3]));
    expect(Tensor.from(7).shape).toEqual([]);
    expect(Tensor.from([]).shape).toEqual([0]);
    expect(Tensor.from([[], []]).shape).toEqual([2, 0]);
  });

  it.each([
    ["float64", [0.1, -1e300], Float64Array.of(0.1, -1e300)],
    ["float16", [1, 70000, 1 / 3], Uint16Array.of(0x3c00, 0x7c00, 0x3555)],
    ["uint8", [0, 255n], Uint8Array.of(0, 255)],
    ["int8", [-128, 127], Int8Array.of(-128, 127)],
    ["int32", [-(2 ** 31), 2 ** 31 - 1], Int32Array.of(-(2 ** 31), 2 ** 31 - 1)],
    ["int64", [-5, 2n ** 63n - 1n], BigInt64Array.of(-5n, 2n ** 63n - 1n)],
    ["bool", [true, false, 1, 0], Uint8Array.of(1, 0, 1, 0)],
  ] as [DType, never[], unknown][])("makes %s", (dtype, values, data) => {
    const tensor = Tensor.from(values, dtype);
    expect(tensor.data).toEqual(data);
    expect(tensor.dtype).toBe(dtype);
  });

  it.each([
    ["uint8", 256, /values is 256: elements of type uint8 go from 0 to 255/],
    ["uint8", -1, /is -1/],
    ["int8", 128, /from -128 to 127/],
    ["int32", 2 ** 31, /is 2147483648/],
    ["int64", 2n ** 63n, /is 9223372036854775808/],
    ["int64", 2 ** 53, /is 9007199254740992: .* exact as a number or a bigint/],
    ["int32", 1.5, /is 1.5: an element of type int32 is a whole number/],
    ["int32", Number.NaN, /is NaN/],
    ["int32", "1", /is "1"/],
    ["bool", 2, /is 2: an element of type bool is true, false, 1 or 0/],
    ["float32", "1", /is "1": an element of type float32 is a number$/],
    ["float32", true, /is true: .* pass "bool" as the type/],
    ["float32", 1n, /is 1: .* pass "int64" as the type/],
    ["float32", null, /is null/],
    ["float31", 1, /no element type "float31"/],
  ])("refuses what %s does not hold: %s", (dtype, value, message) => {
    expect(failureOf(() => Tensor.from(value as never, dtype as DType))).toMatchObject({
      code: "dtype",
      message: expect.stringMatching(message),
    });
  });

  it.each([
    [[[1, 2], [3]], "values[1]", [2], [1]],
    [[[1], [2, 3]], "values[1]", [1], [2]],
    [[[1], 2], "values[1]", [1], []],
    [[1, [2]], "values[1]", [], [1]],
    [[[[1]], [[2]], [3]], "values[2][0]", [1], []],
    [[[1, 2], Float32Array.of(3, 4)], "values[1]", [2], []],
  ])("names the place where arrays are ragged: %j", (values, input, expected, actual) => {
    let error: unknown;
    try {
      Tensor.from(values as never);
    } catch (e) {
      error = e;
    }
    expect(error).toBeInstanceOf(ShapeError);
    expect(error).toMatchObject({ code: "shape", input, expected, actual });
  });

  it("names the place of a value, and refuses holes and endless nesting", () => {
    expect(failureOf(() => Tensor.from([[1, "2" as never]])).message).toMatch(
      /^values\[0\]\[1\] is/,
    );
    // biome-ignore lint/suspicious/noSparseArray: that is the point
    expect(failureOf(() => Tensor.from([1, , 3] as never)).message).toMatch(
      /^values\[1\] is undefined/,
    );
    const endless: unknown[] = [];
    endless.push(endless);
    expect(failureOf(() => Tensor.from(endless as never))).toMatchObject({ code: "shape" });
  });
});

describe("toNested", () => {
  it("gives the values that from takes", () => {
    const values = [[[1, -2]], [[3, 0.5]]];
    for (const dtype of ["float32", "float64", "float16"] as const)
      expect(Tensor.from(values, dtype).toNested()).toEqual(values);
    expect(Tensor.from([[1, 2]], "int64").toNested()).toEqual([[1n, 2n]]);
    expect(Tensor.from([[1, 0]], "bool").toNested()).toEqual([[true, false]]);
    expect(Tensor.from(7, "uint8").toNested()).toBe(7);
    expect(Tensor.from([[], []]).toNested()).toEqual([[], []]);
  });
});

describe("slice", () => {
  const tensor = new Tensor(
    Int32Array.from({ length: 24 }, (_, i) => i),
    [2, 3, 4],
  );

  it.each([
    [[], [2, 3, 4]],
    [[1], [3, 4], [12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23]],
    [[-1, 0], [4], [12, 13, 14, 15]],
    [[1, 2, 3], [], [23]],
    [
      [null, [1, 2]],
      [2, 1, 4],
      [4, 5, 6, 7, 16, 17, 18, 19],
    ],
    [
      [0, [1], [1, 3]],
      [2, 2],
      [5, 6, 9, 10],
    ],
    [
      [0, [-2], [-2]],
      [2, 2],
      [6, 7, 10, 11],
    ],
    [[0, 0, [1, -1]], [2], [1, 2]],
    [[0, [3]], [0, 4], []],
    [
      [null, null, 0],
      [2, 3],
      [0, 4, 8, 12, 16, 20],
    ],
  ] as [SliceRange[], number[], number[]?][])("%j", (ranges, shape, values) => {
    const part = tensor.slice(...ranges);
    expect(part.shape).toEqual(shape);
    expect([...part.data]).toEqual(values ?? [...tensor.data]);
    expect(part.data.buffer).not.toBe(tensor.data.buffer);
    expect(part.dtype).toBe("int32");
  });

  it("keeps the element type and takes a scalar", () => {
    expect(new Tensor(Uint8Array.of(1, 0), [2], "bool").slice([1]).dtype).toBe("bool");
    expect(new Tensor(Buffer.from([1, 2]), [2]).slice([1]).data).toEqual(Uint8Array.of(2));
    expect(Tensor.from(3).slice().toNested()).toBe(3);
  });

  it.each([
    [[2], /2 is not within axis 0 of 2/],
    [[-3], /-3 is not within axis 0/],
    [[null, [0, 4]], /\[0, 4\] is not within axis 1 of 3/],
    [[null, [2, 1]], /\[2, 1\]/],
    [[0.5], /0.5/],
    [["0"], /0 is not/],
    [[0, 0, 0, 0], /4 ranges for a tensor of shape \[2, 3, 4\]/],
  ])("refuses %j", (ranges, message) => {
    expect(failureOf(() => tensor.slice(...(ranges as SliceRange[])))).toMatchObject({
      code: "index",
      message: expect.stringMatching(message),
    });
  });
});

describe("reshape", () => {
  const tensor = Tensor.from([1, 2, 3, 4, 5, 6]);

  it("shares memory, and works one dimension out", () => {
    const wide = tensor.reshape([2, 3]);
    expect(wide.data).toBe(tensor.data);
    expect(wide.shape).toEqual([2, 3]);
    expect(tensor.reshape([-1, 2]).shape).toEqual([3, 2]);
    expect(tensor.reshape([6, -1, 1]).shape).toEqual([6, 1, 1]);
    expect(Tensor.from([]).reshape([0, -1]).shape).toEqual([0, 0]);
  });

  it.each([[[4, 2]], [[4, -1]], [[-1, -1]], [[-2, -3]], [[0, -1]], ["6"]])(
    "refuses %j",
    (shape) => {
      expect(failureOf(() => tensor.reshape(shape as number[]))).toMatchObject({
        name: "ShapeError",
        code: "shape",
      });
    },
  );
});

describe("to", () => {
  it("rounds to floats, truncates to whole numbers, and tells zero from others", () => {
    const tensor = Tensor.from([1.7, -1.7, 0, 0.1], "float64");
    expect(tensor.to("float32").data).toEqual(Float32Array.of(1.7, -1.7, 0, 0.1));
    expect(tensor.to("int32").data).toEqual(Int32Array.of(1, -1, 0, 0));
    expect(tensor.to("int64").data).toEqual(BigInt64Array.of(1n, -1n, 0n, 0n));
    expect(tensor.to("bool").data).toEqual(Uint8Array.of(1, 1, 0, 1));
    expect(tensor.to("bool").to("float32").data).toEqual(Float32Array.of(1, 1, 0, 1));
    expect(Tensor.from([1, 65520], "float32").to("float16").data).toEqual(
      Uint16Array.of(0x3c00, 0x7c00),
    );
    expect(Tensor.from([0.5], "float16").to("float64").data).toEqual(Float64Array.of(0.5));
    expect(Tensor.from([2n ** 62n], "int64").to("float64").data).toEqual(Float64Array.of(2 ** 62));
    expect(Tensor.from([-7n], "int64").to("int8").data).toEqual(Int8Array.of(-7));
  });

  it("keeps the shape, and gives the tensor itself for its own type", () => {
    const tensor = Tensor.from([[1], [2]]);
    expect(tensor.to("uint8").shape).toEqual([2, 1]);
    expect(tensor.to("float32")).toBe(tensor);
  });

  it.each([
    ["uint8", [[0, 256]], /element \[0, 1\] is 256: elements of type uint8 go from 0 to 255/],
    ["uint8", [[-1, 0]], /element \[0, 0\] is -1/],
    ["int64", [[0], [2 ** 63]], /element \[1, 0\] is 922337203685477/],
    ["int32", [[Number.NaN]], /is NaN/],
    ["float31", [[1]], /no element type "float31"/],
  ])("refuses values that %s does not hold", (dtype, values, message) => {
    expect(failureOf(() => Tensor.from(values).to(dtype as DType))).toMatchObject({
      code: "dtype",
      message: expect.stringMatching(message),
    });
  });
});

describe("softmax", () => {
  // Worked out in float64: exp(1), exp(2), exp(3) over their sum.
  const three = [0.09003057317038046, 0.24472847105479767, 0.6652409557748219];
  const close = (actual: ArrayLike<number>, expected: number[]): void => {
    expect(actual).toHaveLength(expected.length);
    expected.forEach((value, i) => {
      expect(actual[i]).toBeCloseTo(value, 7);
    });
  };

  it("adds up to 1 along the last axis, or another one", () => {
    const tensor = Tensor.from([
      [1, 2, 3],
      [1001, 1002, 1003],
    ]);
    close(tensor.softmax().data, [...three, ...three]);
    const turned = Tensor.from([[1], [2], [3]], "float64");
    close(turned.softmax(0).data, three);
    close(turned.softmax(-2).data, three);
    close(turned.softmax().data, [1, 1, 1]);
    expect(turned.softmax().dtype).toBe("float64");
  });

  it("takes -infinity, and spreads NaN over its line only", () => {
    const [first, second] = [Number.NEGATIVE_INFINITY, Number.NaN];
    const tensor = Tensor.from([
      [first, 0],
      [second, 0],
    ]);
    expect([...tensor.softmax().data]).toEqual([0, 1, Number.NaN, Number.NaN]);
  });

  it("takes float16 by value", () => {
    expect(Tensor.from([5, 5], "float16").softmax().toNested()).toEqual([0.5, 0.5]);
  });

  it("refuses whole numbers and axes that are none", () => {
    expect(failureOf(() => Tensor.from([1], "int32").softmax()).code).toBe("dtype");
    for (const axis of [1, -2, 0.5])
      expect(failureOf(() => Tensor.from([1]).softmax(axis)).code).toBe("index");
    expect(failureOf(() => Tensor.from(1).softmax()).code).toBe("index");
    expect(new Tensor(new Float32Array(0), [2, 0]).softmax().size).toBe(0);
  });
});

describe("toString", () => {
  it("shows type, shape and the first elements", () => {
    expect(String(Tensor.from([[0.1, 1 / 3, 1e-9]]))).toBe(
      "Tensor float32 [1, 3] (0.1, 0.333333, 1e-9)",
    );
    expect(inspect(new Tensor(new Float32Array(1000), [1000]))).toBe(
      "Tensor float32 [1000] (0, 0, 0, 0, 0, 0, 0, 0, … 992 more)",
    );
    expect(`${Tensor.from([true], "bool")}`).toBe("Tensor bool [1] (true)");
    expect(`${Tensor.from(7n as never, "int64")}`).toBe("Tensor int64 [] (7)");
    expect(`${Tensor.from([1.5], "float16")}`).toBe("Tensor float16 [1] (1.5)");
    expect(inspect({ softmax: Tensor.from([1]) })).toBe("{ softmax: Tensor float32 [1] (1) }");
  });
});
