import { describe, expect, it } from "vitest";
import {
  cropImage,
  type Interpolation,
  resizeImage,
  resizeTensor,
  Tensor,
} from "../../src/index.js";
import { failureOf } from "../fake/failure-of.js";
import {
  expectGolden,
  type Golden,
  type ImageShape,
  readGoldens,
  syntheticImage,
} from "./synthetic-image.js";

interface ResizeGolden extends Golden {
  readonly from: ImageShape;
  readonly to: readonly [height: number, width: number];
  readonly interpolation: Interpolation;
}

const goldens = readGoldens<ResizeGolden[]>("resize.json");
const titled = goldens.map((golden) => {
  const { from, to, interpolation, dtype } = golden;
  return { title: `${interpolation}, ${dtype}, [${from}] to [${to}]`, golden };
});

describe("resizing, as MXNet does to the last bit", () => {
  it.each(titled)("$title", ({ golden }) => {
    const { interpolation } = golden;
    const [height, width] = golden.to;
    const image = syntheticImage(golden.from);
    if (golden.dtype === "uint8") {
      expectGolden(resizeImage(image, { width, height }, interpolation).data, golden);
      return;
    }
    const values = Float32Array.from(image.data, (v) => Math.fround(v / 7) - 20);
    const tensor = new Tensor(values, [image.height, image.width, image.channels]);
    const resized = resizeTensor(tensor, { width, height }, interpolation);
    expect(resized.shape).toEqual(golden.shape);
    expectGolden(resized.data as Float32Array, golden);
  });

  it("has goldens for every interpolation, of bytes and of numbers", () => {
    expect(new Set(goldens.map((g) => `${g.interpolation} ${g.dtype}`)).size).toBe(5 * 2 + 1);
  });
});

describe("resizing", () => {
  it("is bilinear if nothing else is said", () => {
    const image = syntheticImage([9, 11]);
    const size = { width: 5, height: 20 };
    expect(resizeImage(image, size)).toEqual(resizeImage(image, size, "bilinear"));
  });

  it("keeps one colour what it is", () => {
    const data = new Uint8Array(5 * 6 * 3).fill(100);
    for (const interpolation of ["nearest", "bilinear", "bicubic", "area", "lanczos"] as const)
      for (const side of [3, 7, 245]) {
        const size = { width: side, height: 245 };
        const resized = resizeImage(
          { width: 6, height: 5, channels: 3, data },
          size,
          interpolation,
        );
        // Next to an old pixel, MXNet's lanczos divides 0 by 0 and writes 255.
        const colours = [...new Set(resized.data)];
        expect(Math.max(...colours.map((colour) => Math.abs(colour - 100)))).toBeLessThanOrEqual(1);
      }
  });

  it("takes tensors of any number of channels, of bytes too", () => {
    const tensor = new Tensor(new Uint8Array(4 * 4 * 7).fill(3), [4, 4, 7]);
    const resized = resizeTensor(tensor, { width: 2, height: 3 });
    expect(resized.shape).toEqual([3, 2, 7]);
    expect(resized.dtype).toBe("uint8");
    expect(new Set(resized.data as Uint8Array)).toEqual(new Set([3]));
  });

  it("makes a new image also where the size stays", () => {
    const image = syntheticImage([3, 4]);
    const resized = resizeImage(image, image, "lanczos");
    expect(resized).toEqual(image);
    expect(resized.data.buffer).not.toBe(image.data.buffer);
  });

  it.each([
    [() => resizeImage({} as never, { width: 2, height: 2 }), "argument", /an image is/],
    [() => resizeImage(syntheticImage([2, 2]), { width: 0, height: 2 }), "argument", /size: width/],
    [
      () => resizeImage(syntheticImage([2, 2]), { width: 1, height: 2 }, "cubic" as never),
      "argument",
      /"cubic" is none of nearest, bilinear, bicubic/,
    ],
    [
      () => resizeTensor(new Tensor(new Float32Array(4), [2, 2]), { width: 1, height: 1 }),
      "shape",
      /\[height, width, channels\], not \[2, 2\]/,
    ],
    [
      () => resizeTensor(new Tensor(new Float32Array(0), [2, 0, 3]), { width: 1, height: 1 }),
      "shape",
      /\[2, 0, 3\]/,
    ],
    [
      () =>
        resizeTensor(new Tensor(new Float64Array(4), [2, 2, 1]) as never, { width: 1, height: 1 }),
      "dtype",
      /not float64/,
    ],
  ])("refuses %#: what it cannot do", (run, code, message) => {
    const failure = failureOf(run);
    expect(failure.code).toBe(code);
    expect(failure.message).toMatch(message);
  });
});

describe("cropping", () => {
  it("cuts a rectangle out", () => {
    const image = syntheticImage([5, 6]);
    const cut = cropImage(image, { x: 2, y: 1, width: 3, height: 2 });
    expect(cut).toMatchObject({ width: 3, height: 2, channels: 3 });
    const row = (y: number): number[] => [...image.data.subarray((y * 6 + 2) * 3, (y * 6 + 5) * 3)];
    expect([...cut.data]).toEqual([...row(1), ...row(2)]);
  });

  it.each([
    { x: -1, y: 0, width: 2, height: 2 },
    { x: 0.5, y: 0, width: 2, height: 2 },
    { x: 5, y: 0, width: 2, height: 2 },
    { x: 0, y: 4, width: 2, height: 2 },
    { x: 0, y: 0, width: 0, height: 2 },
  ])("refuses a region that is not inside: %o", (region) => {
    expect(failureOf(() => cropImage(syntheticImage([5, 6]), region)).code).toBe("argument");
  });
});
