import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type DType, PredictError, readNpy, Tensor, writeNpy } from "../src/index.js";
import { expectGolden, goldenContents, goldenFile } from "./fake/array-goldens.js";
import { damagedCopies } from "./fake/damaged-copies.js";
import { failureOf } from "./fake/failure-of.js";
import { skipReference } from "./fake/reference-library.js";

/** A version 1 file with a header of one's own. */
function npyOf(header: string, data: readonly number[] = [], version = 1): Uint8Array {
  const text = Buffer.from(header);
  return Uint8Array.from(
    Buffer.concat([
      Buffer.from([0x93, ...Buffer.from("NUMPY"), version, 0, text.length & 255, text.length >> 8]),
      text,
      Buffer.from(data),
    ]),
  );
}

describe("readNpy", () => {
  const goldens = goldenContents(".npy");
  it("has goldens of every type, order and version", () => expect(goldens.length).toBe(19));

  it.each(goldens)("reads what NumPy wrote: %s", (name, [golden]) => {
    expectGolden(readNpy(goldenFile(name)), golden as never);
  });

  it("reads bytes at any position, and an ArrayBuffer; the tensor has memory of its own", () => {
    const file = goldenFile("float64.npy");
    const shifted = Buffer.alloc(file.length + 3);
    shifted.set(file, 3);
    const part = shifted.subarray(3);
    const tensor = readNpy(part);
    shifted.fill(0);
    expect(tensor.data).toEqual(readNpy(file.buffer as ArrayBuffer).data);
    expect(tensor.data[0]).toBe(Number.MAX_VALUE);
  });

  it("reads what Python 2 wrote, and other ways to write the header", () => {
    expect(
      readNpy(npyOf(`{"shape": (2L,), 'fortran_order' : False,'descr':"|u1"}`, [3, 4])).toNested(),
    ).toEqual([3, 4]);
  });

  it.each([
    ["refused-int16.npy", /element type '<i2' is none of float32, .* \.astype/],
    ["refused-complex.npy", /'<c8'/],
    ["refused-text.npy", /'<U2'/],
  ])("refuses an element type that tensors lack: %s", (name, message) => {
    expect(failureOf(() => readNpy(goldenFile(name)))).toMatchObject({
      code: "dtype",
      message: expect.stringMatching(message),
    });
  });

  it.each([
    ["fields", goldenFile("refused-fields.npy"), /byte 20: expected one element type, no fields/],
    ["nothing", new Uint8Array(0), /byte 0: expected .*, found nothing/],
    ["a .npz archive", Buffer.from("PK\u0003\u0004 and more"), /a ZIP archive \(\.npz\?\)/],
    ["another file", Buffer.from("hello, hello"), /12 bytes that begin with 68 65 6c/],
    ["another version", npyOf("{}", [], 4), /byte 6: expected version 1, 2 or 3, found 4.0/],
    [
      "a header cut off",
      goldenFile("bool.npy").slice(0, 50),
      /expected 118 bytes of a header, found 40/,
    ],
    ["data cut off", goldenFile("bool.npy").slice(0, -1), /means 8 bytes of data, found 7/],
    ["more data", Uint8Array.from([...goldenFile("bool.npy"), 0]), /8 bytes of data, found 9/],
    ["no dictionary", npyOf("(1, 2)"), /byte 10: expected "\{", found "\(1, 2\)"/],
    [
      "a missing key",
      npyOf("{'descr': '<f4', 'shape': ()}"),
      /expected True or False for 'fortran_order'/,
    ],
    [
      "a wrong kind",
      npyOf("{'descr': '<f4', 'fortran_order': 'no', 'shape': ()}"),
      /True or False/,
    ],
    [
      "a negative dimension",
      npyOf("{'descr': '<f4', 'fortran_order': False, 'shape': (-1,)}"),
      /byte 61: expected a dimension, found "-1,\)\}"/,
    ],
    [
      "a huge dimension",
      npyOf("{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999,)}"),
      /a dimension below 2\^32/,
    ],
    [
      "a huge shape",
      npyOf("{'descr': '<f4', 'fortran_order': False, 'shape': (4294967295, 4294967295, 9)}"),
      /bytes of data, found 0/,
    ],
    [
      "text after the header",
      npyOf("{'descr': '<f4', 'fortran_order': False, 'shape': ()} x"),
      /the end of the header/,
    ],
  ])("refuses %s, with the place", (_what, content, message) => {
    expect(failureOf(() => readNpy(content))).toMatchObject({
      code: "npy",
      message: expect.stringMatching(message),
    });
  });

  it("refuses what is no bytes", () => {
    for (const content of [undefined, null, "text", [1, 2], new Uint16Array(9)])
      expect(failureOf(() => readNpy(content as never)).code).toBe("argument");
  });

  it("takes damaged files or refuses them, and never more", () => {
    let refused = 0;
    for (const name of ["fortran.npy", "version-2.npy", "int64-big-endian.npy"])
      for (const copy of damagedCopies(goldenFile(name), 2000))
        try {
          expect(readNpy(copy).data.byteLength).toBeLessThanOrEqual(copy.length);
        } catch (error) {
          refused++;
          expect(error).toBeInstanceOf(PredictError);
          expect(["npy", "dtype"]).toContain((error as PredictError).code);
        }
    expect(refused).toBeGreaterThan(3000);
  });
});

describe("writeNpy", () => {
  // NumPy's own bytes: little-endian, row-major, version 1.
  it.each([
    ...["float32", "float64", "float16", "uint8", "int32", "int8", "int64", "bool"],
    ...["scalar", "vector", "empty"],
  ])("writes the bytes that NumPy writes: %s", (name) => {
    const file = goldenFile(`${name}.npy`);
    expect(Buffer.from(writeNpy(readNpy(file))).toString("latin1")).toBe(
      Buffer.from(file).toString("latin1"),
    );
  });

  it("begins the data at a multiple of 64 bytes, whatever the shape", () => {
    for (let rank = 1; rank < 30; rank++) {
      const tensor = new Tensor(Float32Array.of(5), new Array(rank).fill(1));
      const bytes = writeNpy(tensor);
      expect((bytes.length - 4) % 64).toBe(0);
      expect(readNpy(bytes)).toEqual(tensor);
    }
  });

  it("takes tensors only", () => {
    expect(failureOf(() => writeNpy({ data: new Float32Array(1), shape: [1] } as never)).code).toBe(
      "argument",
    );
  });

  it("is read by NumPy", ({ skip }) => {
    if (skipReference !== undefined) return skip(skipReference);
    const folder = mkdtempSync(join(tmpdir(), "libpredict-npy-"));
    try {
      const tensor = Tensor.from<DType>([[[1, -2]], [[3, 4]]], "float16");
      writeFileSync(join(folder, "a.npy"), writeNpy(tensor));
      const script = "import numpy as n; a = n.load('a.npy'); print(a.dtype, a.shape, a.tolist())";
      const python = process.env["LIBPREDICT_REFERENCE_PYTHON"] ?? "python3";
      const { stdout, stderr } = spawnSync(python, ["-c", script], {
        cwd: folder,
        encoding: "utf8",
      });
      expect(stdout + stderr).toBe("float16 (2, 1, 2) [[[1.0, -2.0]], [[3.0, 4.0]]]\n");
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
