import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { PredictError, readNDArrays, Tensor, writeNDArrays } from "../src/index.js";
import { expectGolden, goldenContents, goldenFile } from "./fake/array-goldens.js";
import { damagedCopies } from "./fake/damaged-copies.js";
import { failureOf } from "./fake/failure-of.js";
import { skipReference } from "./fake/reference-library.js";

/** Little-endian fields: [bits, value] or bytes. */
type Field = readonly [32 | 64, number | bigint] | readonly number[] | string;
const field = (...fields: Field[]): Uint8Array =>
  Uint8Array.from(
    Buffer.concat(
      fields.map((f) => {
        if (typeof f === "string") return Buffer.from(f);
        if (f.length !== 2 || (f[0] !== 32 && f[0] !== 64)) return Buffer.from(f as number[]);
        const bytes = Buffer.alloc(f[0] / 8);
        if (f[0] === 32) bytes.writeUInt32LE(Number(f[1]) >>> 0);
        else bytes.writeBigUInt64LE(BigInt.asUintN(64, BigInt(f[1])));
        return bytes;
      }),
    ),
  );
const u32 = (...values: number[]): Field[] => values.map((v) => [32, v] as const);
const u64 = (...values: (number | bigint)[]): Field[] => values.map((v) => [64, v] as const);
/** A file of one array without a name. */
const fileOf = (...array: Field[]): Uint8Array => field(...u64(0x112, 0, 1), ...array, ...u64(0));
const v2 = 0xf993fac9;
/** A dense vector with a type code. */
const vector = (code: number, length: number, data: readonly number[]): Uint8Array =>
  fileOf(...u32(v2, 0, 1), ...u64(length), ...u32(1, 0, code), [...data]);
const csr = (indptr: number[], columns: number[], values: number): Uint8Array =>
  fileOf(
    ...u32(v2, 2, 1),
    ...u64(values),
    ...u32(2),
    ...u64(2, 3),
    ...u32(1, 0, 3, 6, 1),
    ...u64(indptr.length),
    ...u32(6, 1),
    ...u64(columns.length),
    new Array<number>(values).fill(5),
    ...u64(...indptr),
    ...u64(...columns),
  );

describe("readNDArrays", () => {
  it.each(goldenContents(".params", ".nd"))("reads what MXNet wrote: %s", (name, goldens) => {
    const { names, tensors } = readNDArrays(goldenFile(name));
    expect(names).toEqual(goldens.flatMap((golden) => golden.name ?? []));
    expect(tensors).toHaveLength(goldens.length);
    goldens.forEach((golden, i) => {
      expectGolden(tensors[i] as Tensor, golden);
    });
  });

  it("has goldens of every age and storage", () => {
    expect(goldenContents(".params", ".nd").map(([name]) => name)).toEqual([
      "dtypes.params",
      "kinds.params",
      "list.nd",
      "sparse.nd",
      "age-2015.params",
      "age-2017.params",
      "numpy-shapes.params",
    ]);
  });

  it("reads bytes at any position; the tensors have memory of their own", () => {
    const file = goldenFile("list.nd");
    const shifted = Buffer.concat([Buffer.from("abc"), file]);
    const { tensors } = readNDArrays(shifted.subarray(3));
    shifted.fill(0);
    expect(tensors).toEqual(readNDArrays(file.buffer as ArrayBuffer).tensors);
    expect(tensors[1]?.data[0]).toBe(127);
  });

  it.each([
    [8, [0xff, 0xff, 2, 0], "int32", [-1, 2]],
    [9, [0xff, 0xff, 2, 0], "int32", [65535, 2]],
    [10, [0xff, 0xff, 0xff, 0xff, 2, 0, 0, 0], "int64", [4294967295n, 2n]],
    [
      11,
      [255, 255, 255, 255, 255, 255, 255, 127, 2, 0, 0, 0, 0, 0, 0, 0],
      "int64",
      [2n ** 63n - 1n, 2n],
    ],
    // 0x3f80 is 1, 0xc040 is -3 in bfloat16.
    [12, [0x80, 0x3f, 0x40, 0xc0], "float32", [1, -3]],
  ] as const)("reads type code %d as a wider type", (code, data, dtype, values) => {
    const [tensor] = readNDArrays(vector(code, 2, data)).tensors;
    expect(tensor?.dtype).toBe(dtype);
    expect(tensor?.toNested()).toEqual(values);
  });

  it("ignores bytes after the names, as MXNet does", () => {
    const file = goldenFile("kinds.params");
    expect(readNDArrays(Uint8Array.from([...file, 1, 2, 3]))).toEqual(readNDArrays(file));
  });

  it.each([
    [
      "nothing",
      new Uint8Array(0),
      /^params: byte 0: expected at least 24 bytes that begin with 0x112/,
    ],
    ["another file", Buffer.from("{ this is a symbol, not arrays }"), /no \.params or \.nd file/],
    [
      "more arrays than fit",
      field(...u64(0x112, 0, 2n ** 60n)),
      /byte 16: 1152921504606846976 arrays cannot/,
    ],
    [
      "an array cut off",
      field(...u64(0x112, 0, 1), ...u32(v2, 0)),
      /array 0, byte 32: expected 4 bytes of a shape, found 0/,
    ],
    [
      "data cut off",
      vector(0, 1000, [1, 2]),
      /array 0, byte 56: expected 4000 bytes of data, found 10/,
    ],
    ["another storage", fileOf(...u32(v2, 3, 1)), /byte 28: expected storage type 0 .* found 3/],
    ["another type", vector(13, 1, [1]), /byte 52: expected a type code from 0 to 12, found 13/],
    [
      "many dimensions",
      fileOf(...u32(v2, 0, 33)),
      /byte 32: expected at most 32 dimensions, found 33/,
    ],
    ["what is no array", fileOf(...u32(0xf993face)), /at most 32 dimensions, found 4187224782/],
    ["a negative dimension", vector(0, -1, []), /byte 36: dimension 0 is -1/],
    [
      "a shape beyond memory",
      fileOf(...u32(v2, 0, 2), ...u64(2 ** 32 - 1, 2 ** 32 - 1), ...u32(1, 0, 0)),
      /is too big/,
    ],
    [
      "an array without a shape",
      fileOf(...u32(v2, 0, 0)),
      /array 0, byte 24: an array without a shape/,
    ],
    ["an old one without a shape", fileOf(...u32(0)), /without a shape/],
    [
      "a uint64 above int64",
      vector(11, 1, [0, 0, 0, 0, 0, 0, 0, 128]),
      /byte 56: a uint64 is above/,
    ],
    [
      "another number of names",
      field(...u64(0x112, 0, 0, 1), ...u64(0)),
      /byte 24: expected 0 or 0 names, found 1/,
    ],
    ["more names than fit", field(...u64(0x112, 0, 0, 9)), /9 names cannot stand in 0 bytes/],
    ["a name cut off", named("abc", 4), /name 0, byte 64: a name of 4 bytes cannot stand in 3/],
    [
      "a name that is not UTF-8",
      named("\u0000", 1, [0xff]),
      /name 0, byte 72: a name is not UTF-8/,
    ],
  ])("refuses %s, with the place", (_what, content, message) => {
    expect(failureOf(() => readNDArrays(content))).toMatchObject({
      code: "params",
      message: expect.stringMatching(message),
    });
  });

  function named(name: string, length: number, bytes?: number[]): Uint8Array {
    const array = vector(0, 0, []);
    return field([...array.subarray(0, array.length - 8)], ...u64(1, length), bytes ?? name);
  }

  it("checks the indices of sparse arrays", () => {
    expect(readNDArrays(csr([0, 1, 2], [2, 0], 2)).tensors[0]?.toNested()).toEqual([
      [0, 0, 5],
      [5, 0, 0],
    ]);
    const message = (file: Uint8Array): string => failureOf(() => readNDArrays(file)).message;
    expect(message(csr([0, 1, 2], [3, 0], 2))).toMatch(/entry 0 .* is 3, expected 0 to 2/);
    expect(message(csr([0, 1, 2], [-1, 0], 2))).toMatch(/entry 0 .* is -1, expected 0 to 2/);
    expect(message(csr([0, 2, 1], [0, 0], 2))).toMatch(/row 2 .* begins at 1, expected 2 to 2/);
    expect(message(csr([0, 1, 3], [0, 0], 2))).toMatch(/row 2 .* begins at 3, expected 1 to 2/);
    expect(message(csr([0, 1], [0, 0], 2))).toMatch(/csr array of shape \[2, 3\] cannot have/);
    expect(message(csr([0, 1, 2], [0], 2))).toMatch(/index vectors of 3 and 1 entries/);
  });

  it("refuses indices that are no vector of integers", () => {
    const rows = (indexType: number, ...indexShape: number[]): Uint8Array =>
      fileOf(
        ...u32(v2, 1, 2),
        ...u64(1, 2),
        ...u32(2),
        ...u64(3, 2),
        ...u32(1, 0, 3, indexType, indexShape.length),
        ...u64(...indexShape),
        [5, 6],
        ...u64(1),
      );
    expect(readNDArrays(rows(6, 1)).tensors[0]?.toNested()).toEqual([
      [0, 0],
      [5, 6],
      [0, 0],
    ]);
    for (const file of [rows(1, 1), rows(6, 1, 1), rows(6)])
      expect(failureOf(() => readNDArrays(file)).message).toMatch(
        /byte 84: expected a vector of integers for indices of a sparse array/,
      );
  });

  it("does not let a small sparse array become a large dense one", () => {
    const file = fileOf(
      ...u32(v2, 1, 2),
      ...u64(0, 1000),
      ...u32(2),
      ...u64(2 ** 30, 1000),
      ...u32(1, 0, 0, 6, 1),
      ...u64(0),
    );
    expect(failureOf(() => readNDArrays(file))).toMatchObject({
      code: "params",
      message: expect.stringMatching(/is stored in 76 bytes and would take 4294967296000/),
    });
  });

  it("takes damaged files or refuses them, and never much more than their size", () => {
    let refused = 0;
    for (const name of ["dtypes.params", "sparse.nd", "age-2015.params", "age-2017.params"])
      for (const copy of damagedCopies(goldenFile(name), 1000))
        try {
          const bytes = readNDArrays(copy).tensors.reduce((sum, t) => sum + t.data.byteLength, 0);
          expect(bytes).toBeLessThan(copy.length * 8 + 512 * 1024);
        } catch (error) {
          refused++;
          expect(error).toBeInstanceOf(PredictError);
          expect((error as PredictError).code).toBe("params");
        }
    expect(refused).toBeGreaterThan(1500);
  });
});

describe("writeNDArrays", () => {
  it.each(["dtypes.params", "kinds.params", "list.nd"])(
    "writes the bytes that MXNet writes: %s",
    (name) => {
      const file = goldenFile(name);
      expect(Buffer.from(writeNDArrays(readNDArrays(file))).toString("hex")).toBe(
        Buffer.from(file).toString("hex"),
      );
    },
  );

  it("refuses scalars and lists that do not fit", () => {
    const tensor = Tensor.from([1]);
    expect(
      failureOf(() => writeNDArrays({ names: ["arg:w"], tensors: [Tensor.from(1)] })),
    ).toMatchObject({
      name: "ShapeError",
      message: expect.stringMatching(/^arg:w: .* no scalars; reshape it to \[1\]/),
    });
    for (const list of [
      { names: ["a", "b"], tensors: [tensor] },
      { names: ["a"], tensors: [[1]] },
      { tensors: [tensor] },
      { names: ["a"], tensors: tensor },
      undefined,
    ])
      expect(failureOf(() => writeNDArrays(list as never)).code).toBe("argument");
  });

  it("is read by MXNet", ({ skip }) => {
    if (skipReference !== undefined) return skip(skipReference);
    const folder = mkdtempSync(join(tmpdir(), "libpredict-nd-"));
    try {
      const tensors = [
        Tensor.from([[1.5], [-2]], "float16"),
        new Tensor(new Float32Array(0), [0, 3]),
        Tensor.from([2n ** 60n], "int64"),
      ];
      const names = ["arg:a", "aux:b", "ç"];
      writeFileSync(join(folder, "a.params"), writeNDArrays({ names, tensors }));
      const script =
        "import mxnet as m\nfor n, a in m.nd.load('a.params').items(): print(n, a.dtype.__name__, a.shape, a.asnumpy().tolist())";
      const python = process.env["LIBPREDICT_REFERENCE_PYTHON"] ?? "python3";
      const { stdout, stderr } = spawnSync(python, ["-c", script], {
        cwd: folder,
        encoding: "utf8",
        env: { ...process.env, PYTHONIOENCODING: "utf8" },
      });
      expect(stdout, stderr).toBe(
        "arg:a float16 (2, 1) [[1.5], [-2.0]]\n" +
          "aux:b float32 (0, 3) []\n" +
          "ç int64 (1,) [1152921504606846976]\n",
      );
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
