import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type NDArrayList, Tensor } from "@libpredict/core";
import { zipSync } from "fflate";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readNpz, writeNpz } from "../../src/convert/npz.js";

const list: NDArrayList = {
  names: ["arg:fc_weight", "aux:bn/mean", "bits"],
  tensors: [
    new Tensor(Float32Array.of(1.5, -2, 3e-40, Number.NaN, 1e38, 0), [2, 3]),
    new Tensor(Float64Array.of(0.1), []),
    new Tensor(Uint16Array.of(0x3c00, 0xc000), [1, 2, 1], "float16"),
  ],
};

const python = process.env["LIBPREDICT_REFERENCE_PYTHON"];
const hasNumPy = python !== undefined && spawnSync(python, ["-c", "import numpy"]).status === 0;
const skipNumPy =
  hasNumPy || process.env["LIBPREDICT_REQUIRE_ALL"] === "1"
    ? undefined
    : "NumPy: LIBPREDICT_REFERENCE_PYTHON names no Python that has it. To run: pip install numpy, and LIBPREDICT_REFERENCE_PYTHON=that Python";

describe("npz", () => {
  it.each([false, true])("comes back as it was, compressed: %s", (compress) => {
    const back = readNpz(writeNpz(list, compress));
    expect(back.names).toEqual(list.names);
    expect(back.tensors).toEqual(list.tensors);
  });

  it("is the same file each time", () => {
    expect(writeNpz(list)).toEqual(writeNpz(list));
  });

  it("names arrays without names as NumPy does", () => {
    const bytes = writeNpz({ names: [], tensors: list.tensors });
    expect(readNpz(bytes).names).toEqual(["arr_0", "arr_1", "arr_2"]);
  });

  it("holds no arrays, and names that are properties of every object", () => {
    expect(readNpz(writeNpz({ names: [], tensors: [] }))).toEqual({ names: [], tensors: [] });
    const odd = { names: ["__proto__", "toString"], tensors: list.tensors.slice(0, 2) };
    expect(readNpz(writeNpz(odd)).names).toEqual(odd.names);
  });

  it("refuses two arrays of one name", () => {
    const [first] = list.tensors as [Tensor];
    expect(() => writeNpz({ names: ["a", "a"], tensors: [first, first] })).toThrow(
      /two arrays are named "a"/,
    );
  });

  it("refuses what is no archive of arrays", () => {
    for (const bytes of [new Uint8Array(0), new Uint8Array(30), new Uint8Array(100).fill(80)])
      expect(() => readNpz(bytes)).toThrow(/damaged \.npz file: it is not a ZIP archive/);
    const text = new TextEncoder().encode("hello");
    expect(() => readNpz(zipSync({ "readme.txt": text }))).toThrow(
      /readme\.txt is not a \.npy file/,
    );
    expect(() => readNpz(zipSync({ "a.npy": text }))).toThrow(/a\.npy: .*NUMPY/);
  });

  it.each([false, true])(
    "notices every damaged byte that changes an array, compressed: %s",
    (compress) => {
      const [weights] = list.tensors as [Tensor];
      const good = writeNpz({ names: ["a"], tensors: [weights] }, compress);
      const expected = readNpz(good);
      for (let at = 0; at < good.length; at++) {
        const bad = good.slice();
        bad[at] = (bad[at] ?? 0) ^ 0x15;
        try {
          // Dates and the like may change; names and arrays may not.
          const { names, tensors } = readNpz(bad);
          if (names[0] === "a") expect({ names, tensors }, `byte ${at}`).toEqual(expected);
        } catch (error) {
          expect((error as { code?: string }).code, `byte ${at}: ${error}`).toMatch(
            /^(npz|npy|dtype)$/,
          );
        }
      }
      for (let length = 0; length < good.length; length++)
        expect(() => readNpz(good.subarray(0, length)), `length ${length}`).toThrow();
    },
  );
});

describe("npz and NumPy", () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "libpredict-npz-"));
  });
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  const run = (code: string): string => {
    const { status, stdout, stderr } = spawnSync(python ?? "python3", ["-c", code], {
      cwd: folder,
      encoding: "utf8",
    });
    if (status !== 0) throw new Error(stderr);
    return stdout;
  };

  it("NumPy reads what is written", ({ skip }) => {
    skip(skipNumPy !== undefined, skipNumPy);
    for (const compress of [false, true]) {
      writeFileSync(join(folder, "ours.npz"), writeNpz(list, compress));
      const said = run(
        "import numpy as np; a = np.load('ours.npz'); print([(k, a[k].dtype.str, a[k].shape, a[k].tobytes().hex()) for k in a.files])",
      );
      const hex = ({ data }: Tensor): string =>
        Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString("hex");
      const [a, b, c] = list.tensors as [Tensor, Tensor, Tensor];
      expect(said.trim()).toBe(
        `[('arg:fc_weight', '<f4', (2, 3), '${hex(a)}'), ('aux:bn/mean', '<f8', (), '${hex(b)}'), ('bits', '<f2', (1, 2, 1), '${hex(c)}')]`,
      );
    }
  });

  it("what NumPy writes is read", ({ skip }) => {
    skip(skipNumPy !== undefined, skipNumPy);
    run(
      [
        "import numpy as np",
        "named = {'arg:w': np.arange(6, dtype='f4').reshape(2, 3), 'aux:m': np.array([True, False])}",
        "np.savez('plain.npz', **named)",
        "np.savez_compressed('small.npz', **named)",
        "np.savez('bare.npz', np.arange(3), np.float16(1.5))",
      ].join("\n"),
    );
    for (const name of ["plain.npz", "small.npz"])
      expect(readNpz(readFileSync(join(folder, name)))).toEqual({
        names: ["arg:w", "aux:m"],
        tensors: [
          new Tensor(Float32Array.of(0, 1, 2, 3, 4, 5), [2, 3]),
          new Tensor(Uint8Array.of(1, 0), [2], "bool"),
        ],
      });
    expect(readNpz(readFileSync(join(folder, "bare.npz")))).toEqual({
      names: ["arr_0", "arr_1"],
      tensors: [
        new Tensor(BigInt64Array.of(0n, 1n, 2n), [3]),
        new Tensor(Uint16Array.of(0x3e00), [], "float16"),
      ],
    });
  });
});
