import { afterAll, describe, expect, it } from "vitest";
import type { Binding, PredictorHandle } from "../src/index.js";
import { LPDType } from "../src/index.js";
import { liveObjects, loadFake, loadPartOneFake } from "./fake/compile-library.js";
import { createFake, failureOf } from "./fake/fake-predictor.js";

const library: Binding = loadFake();
const predictor = createFake(library, 1, 4);
afterAll(() => {
  library.MXPredFree(predictor);
});

/** Calls a method with arguments that the types forbid. */
function untyped(name: keyof Binding, ...values: unknown[]): () => unknown {
  return () => (library[name] as (...v: unknown[]) => unknown).apply(library, values);
}

const bytes = new Uint8Array(0);
const one = Uint32Array.of(0, 1);
const dim = Uint32Array.of(4);

describe("arguments", () => {
  it.each([
    ["too few", untyped("MXPredForward")],
    ["too many", untyped("MXPredForward", predictor, 1)],
    ["none where one is needed", untyped("MXPredSetInput", predictor, "data")],
  ])("are refused when there are %s", (_what, call) => {
    expect(failureOf(call)).toMatchObject({
      code: "argument",
      message: expect.stringMatching(/takes \d+ arguments/),
    });
  });

  it.each([
    ["negative", -1],
    ["beyond 32 bits", 2 ** 32],
    ["a fraction", 0.5],
    ["NaN", Number.NaN],
    ["a string", "0"],
    ["a bigint", 0n],
    ["null", null],
    ["undefined", undefined],
  ])("of type uint32_t are refused when %s", (_what, index) => {
    expect(failureOf(untyped("MXPredGetOutputShape", predictor, index)).code).toBe("argument");
  });

  it("of type int take the whole range and nothing beyond", () => {
    expect(library.MXPredPartialForward(predictor, -(2 ** 31))).toBe(2 + 2 ** 31 - 2 ** 32);
    expect(failureOf(untyped("MXPredPartialForward", predictor, 2 ** 31)).code).toBe("argument");
    expect(failureOf(untyped("MXPredPartialForward", predictor, -(2 ** 31) - 1)).code).toBe(
      "argument",
    );
  });

  it("of type size_t are refused beyond what a number holds exactly", () => {
    expect(failureOf(untyped("LPListOperators", null, 2 ** 53)).code).toBe("argument");
    expect(failureOf(untyped("LPListOperators", null, -1)).code).toBe("argument");
  });

  it("of type bool must be booleans", () => {
    expect(failureOf(untyped("MXPredSetMonitorCallback", predictor, null, 0)).code).toBe(
      "argument",
    );
  });

  it("that are strings are refused with a NUL inside, where C would end them", () => {
    const message = failureOf(() =>
      library.MXPredSetInput(predictor, "da\0ta", new Float32Array(4), 4),
    );
    expect(message).toMatchObject({
      code: "argument",
      message: expect.stringMatching(/key has a NUL character at 2/),
    });
  });

  it("that are strings must be strings", () => {
    expect(failureOf(untyped("MXPredSetInput", predictor, 7, new Float32Array(4), 4)).code).toBe(
      "argument",
    );
  });

  it("that are strings reach C as UTF-8", () => {
    const { out } = library.MXNDListCreate(new TextEncoder().encode("größe→"), 10);
    expect(library.MXNDListGet(out, 0).out_key).toBe("größe→");
    library.MXNDListFree(out);
  });
});

describe("arrays", () => {
  it.each([
    ["Float64Array", new Float64Array(4)],
    ["Int32Array", new Int32Array(4)],
    ["Uint8Array", new Uint8Array(16)],
    ["Buffer", Buffer.alloc(16)],
    ["DataView", new DataView(new ArrayBuffer(16))],
  ])("of class %s are refused for float32", (_name, data) => {
    expect(failureOf(untyped("MXPredSetInput", predictor, "data", data, 4)).code).toBe("dtype");
  });

  it.each([
    ["an array of numbers", [1, 2, 3, 4]],
    ["an ArrayBuffer", new ArrayBuffer(16)],
    ["an object with a length", { length: 4 }],
    ["null", null],
    ["a bigint", 12345n],
    ["a false Float32Array", { [Symbol.toStringTag]: "Float32Array", length: 4 }],
  ])("are refused when they are %s", (_name, data) => {
    expect(failureOf(untyped("MXPredSetInput", predictor, "data", data, 4)).code).toBe("argument");
  });

  it.each([3, 5, 0])("of %i elements are refused where 4 are announced", (length) => {
    const failure = failureOf(() =>
      library.MXPredSetInput(predictor, "data", new Float32Array(length), 4),
    );
    expect(failure).toMatchObject({
      code: "size",
      message: expect.stringMatching(/elements, expected 4/),
    });
  });

  it("are refused when detached", () => {
    const data = new Float32Array(4);
    structuredClone(data, { transfer: [data.buffer] });
    const failure = failureOf(() => library.MXPredSetInput(predictor, "data", data, 4));
    expect(failure).toMatchObject({ code: "argument", message: expect.stringMatching(/detached/) });
  });

  it("are refused in shared memory and in resizable buffers", () => {
    const shared = new Float32Array(new SharedArrayBuffer(16));
    expect(failureOf(untyped("MXPredSetInput", predictor, "data", shared, 4)).message).toMatch(
      /shared memory/,
    );
    const make = ArrayBuffer as unknown as new (n: number, o: object) => ArrayBuffer;
    const resizable = new Float32Array(new make(16, { maxByteLength: 32 }));
    expect(failureOf(untyped("MXPredSetInput", predictor, "data", resizable, 4)).message).toMatch(
      /resizable/,
    );
  });

  it("are read from their offset when they are part of a larger one", () => {
    const whole = Float32Array.of(9, 1, 2, 3, 4, 9);
    library.MXPredSetInput(predictor, "data", whole.subarray(1, 5), 4);
    library.MXPredForward(predictor);
    const out = new Float32Array(6);
    library.MXPredGetOutput(predictor, 0, out.subarray(1, 5), 4);
    expect([...out]).toEqual([0, 2, 4, 6, 8, 0]);
  });

  it("of strings must have the announced length", () => {
    const params = [bytes, 0, 1, 0, 2, ["data"], Uint32Array.of(0, 1, 1), dim];
    expect(failureOf(untyped("MXPredCreate", "{}", ...params))).toMatchObject({
      code: "size",
      message: expect.stringMatching(/input_keys has 1 strings, expected 2/),
    });
  });

  it("of dimensions must have the length that the offsets end with", () => {
    const params = [bytes, 0, 1, 0, 1, ["data"], Uint32Array.of(0, 2), dim];
    expect(failureOf(untyped("MXPredCreate", "{}", ...params))).toMatchObject({
      code: "size",
      message: expect.stringMatching(/input_shape_data has 1 elements, expected 2/),
    });
  });

  it("may be null only where nothing is announced", () => {
    const params = [bytes, 0, 1, 0, 1, null, one, dim];
    expect(failureOf(untyped("MXPredCreate", "{}", ...params)).message).toMatch(
      /input_keys is null but not empty/,
    );
    const none = failureOf(untyped("MXPredCreate", "{}", bytes, 0, 1, 0, 0, null, null, null));
    expect(none).toMatchObject({
      code: "shape",
      message: expect.stringMatching(/no shape for data/),
    });
  });

  it("of bytes must have the announced number of bytes", () => {
    const params = [new Uint8Array(3), 4, 1, 0, 1, ["data"], one, dim];
    expect(failureOf(untyped("MXPredCreate", "{}", ...params))).toMatchObject({
      code: "size",
      message: expect.stringMatching(/param_bytes has 3 bytes, expected 4/),
    });
  });

  it("are refused when the announced size is negative", () => {
    const params = [bytes, -1, 1, 0, 1, ["data"], one, dim];
    expect(failureOf(untyped("MXPredCreate", "{}", ...params)).code).toBe("argument");
    const many = ["{}", bytes, 0, 1, 0, 1, ["data"], one, dim, -1];
    expect(failureOf(untyped("MXPredCreateMultiThread", ...many)).code).toBe("argument");
  });
});

describe("element types", () => {
  const create = (from: Binding, dtype: number): PredictorHandle =>
    from.MXPredCreateEx(
      "{}",
      bytes,
      0,
      1,
      0,
      1,
      ["data"],
      one,
      dim,
      1,
      ["data"],
      Int32Array.of(dtype),
    );

  it.each([
    [LPDType.LP_FLOAT64, Float64Array.of(1, 2, 3, 4)],
    [LPDType.LP_FLOAT16, Uint16Array.of(1, 2, 3, 4)],
    [LPDType.LP_UINT8, Uint8Array.of(1, 2, 3, 4)],
    [LPDType.LP_INT32, Int32Array.of(1, 2, 3, 4)],
    [LPDType.LP_INT8, Int8Array.of(1, 2, 3, 4)],
    [LPDType.LP_INT64, BigInt64Array.of(1n, 2n, 3n, 4n)],
    [LPDType.LP_BOOL, Uint8Array.of(1, 0, 1, 1)],
  ])(
    "of code %i travel in their own class of array, with either kind of library",
    (dtype, data) => {
      for (const from of [library, loadPartOneFake()]) {
        const handle = create(from, dtype);
        from.MXPredSetInput(handle, "data", data, 4);
        from.MXPredForward(handle);
        const out = new (data.constructor as new (n: number) => typeof data)(4);
        from.MXPredGetOutput(handle, 0, out, 4);
        expect(out).toEqual(data);
        from.MXPredFree(handle);
      }
    },
  );

  it("are asked of the library, so that no float32 array is overrun", () => {
    for (const from of [library, loadPartOneFake()]) {
      const handle = create(from, LPDType.LP_FLOAT64);
      const floats = new Float32Array(4);
      expect(failureOf(() => from.MXPredSetInput(handle, "data", floats, 4)).code).toBe("dtype");
      expect(failureOf(() => from.MXPredGetOutput(handle, 0, floats, 4)).code).toBe("dtype");
      from.MXPredFree(handle);
    }
  });

  it("of outputs beyond the first are read where the reference writes them", () => {
    const partOne = loadPartOneFake();
    const handle = create(partOne, LPDType.LP_INT8);
    expect(partOne.MXPredGetOutputType(handle, 1)).toBe(LPDType.LP_INT8);
    expect(failureOf(() => partOne.MXPredGetOutputType(handle, 4e9)).code).toBe("index");
    partOne.MXPredFree(handle);
  });

  it("are kept by a reshape", () => {
    const partOne = loadPartOneFake();
    const handle = create(partOne, LPDType.LP_FLOAT64);
    const wide = partOne.MXPredReshape(1, ["data"], one, Uint32Array.of(2), handle);
    expect(failureOf(() => partOne.MXPredSetInput(wide, "data", new Float32Array(2), 2)).code).toBe(
      "dtype",
    );
    partOne.MXPredSetInput(wide, "data", new Float64Array(2), 2);
    partOne.MXPredFree(wide);
    partOne.MXPredFree(handle);
  });
});

describe("results", () => {
  it("of a single value are that value, several are an object under their C names", () => {
    const { out, out_length } = library.MXNDListCreate(Buffer.from("mean_img"), 8);
    expect(out_length).toBe(1);
    expect(library.MXNDListGet(out, 0)).toEqual({
      out_key: "mean_img",
      out_data: Float32Array.of(0, 1, 2, 3, 4, 5),
      out_shape: Uint32Array.of(2, 3),
      out_ndim: 2,
    });
    library.MXNDListFree(out);
  });

  it("are copies, which stay when the library frees or reuses its memory", () => {
    const handle = createFake(library, 1, 2);
    library.MXPredSetInput(handle, "data", Float32Array.of(1, 2), 2);
    const { shape_data } = library.MXPredGetOutputShape(handle, 0);
    const { dims, name } = library.LPPredGetOutputInfo(handle, 0);
    const { data, size_bytes } = library.LPPredGetOutputData(handle, 0);
    library.MXPredForward(handle);
    library.MXPredFree(handle);
    expect(shape_data).toEqual(Uint32Array.of(1, 2));
    expect(dims).toEqual(BigInt64Array.of(1n, 2n));
    expect(name).toBe("sum_output");
    expect(size_bytes).toBe(8);
    expect(new Float32Array((data as Uint8Array).slice().buffer)).toEqual(Float32Array.of(1, 2));
  });

  it("of a scalar shape are an empty array", () => {
    const handle = createFake(library);
    expect(library.LPPredGetInputInfo(handle, 0).dims).toEqual(new BigInt64Array(0));
    library.MXPredFree(handle);
  });

  it("of several handles are an array of them", () => {
    const before = liveObjects(library);
    const handles = library.MXPredCreateMultiThread("{}", bytes, 0, 1, 0, 1, ["data"], one, dim, 3);
    expect(handles).toHaveLength(3);
    expect(liveObjects(library)).toBe(before + 3);
    for (const handle of handles) library.MXPredFree(handle);
    expect(liveObjects(library)).toBe(before);
  });

  it("in memory of the caller's are written there", () => {
    const size = library.LPListOperators(null, 0);
    const list = new Uint8Array(size);
    library.LPListOperators(list, size);
    expect(Buffer.from(list).toString()).toBe("Convolution\nsoftmax\n\0");
  });

  it("in a structure are its members, without the bookkeeping", () => {
    expect(library.LPPredGetStats(predictor)).toEqual({
      graph_nodes: 1,
      plan_nodes: 2,
      num_threads: 3,
      weights_bytes: 1n << 40n,
      packed_bytes: 5n,
      arena_bytes: 6n,
      scratch_bytes: 7n,
      plan_bytes: 8n,
    });
  });
});

describe("structures", () => {
  const model = library.LPModelCreate(Buffer.from("{}"), 2, null, 0);
  afterAll(() => {
    library.LPModelFree(model);
  });
  const create = (options: unknown): (() => unknown) =>
    untyped("LPPredCreate", model, 1, ["data"], one, dim, 0, null, null, 0, null, options);

  it("as arguments take what is given and fill in their size", () => {
    for (const options of [null, {}, { num_threads: 2 }])
      library.MXPredFree(create(options)() as PredictorHandle);
    expect(failureOf(create({ num_threads: 300 }))).toMatchObject({
      code: "argument",
      message: expect.stringMatching(/too many threads/),
    });
  });

  it("as arguments refuse members that do not exist and numbers that do not fit", () => {
    expect(failureOf(create({ num_thread: 2 })).message).toMatch(/no member "num_thread"/);
    expect(failureOf(create({ struct_size: 2 })).code).toBe("argument");
    expect(failureOf(create({ num_threads: -1 })).code).toBe("argument");
    expect(failureOf(create({ num_threads: 1.5 })).code).toBe("argument");
    expect(failureOf(create(3)).code).toBe("argument");
  });
});
