import { describe, expect, it } from "vitest";
import { resizeSteps } from "../../src/image/resize-policy.js";
import { preprocess } from "../../src/index.js";
import { failureOf } from "../fake/failure-of.js";
import { expectGolden, type Golden, readGoldens, syntheticImage } from "./synthetic-image.js";

type Sides = readonly [height: number, width: number];
interface Geometry {
  readonly shortSide: readonly { from: Sides; side: number; to: Sides }[];
  readonly centerCrop: readonly (Golden & { from: Sides; to: Sides; cut: object })[];
}

const goldens = readGoldens<Geometry>("geometry.json");
const sizeOf = ([height, width]: Sides) => ({ width, height });

describe("the geometry of MXNet", () => {
  it.each(goldens.shortSide)("resize_short of $from to $side is $to", ({ from, side, to }) => {
    const size = { width: 1, height: 1 };
    const [step] = resizeSteps(sizeOf(from), size, "short-side", side, "image");
    expect(step?.resized).toEqual(sizeOf(to));
  });

  it.each(goldens.centerCrop)("center_crop of $from to $to takes $cut", (golden) => {
    const size = sizeOf(golden.to);
    const [step] = resizeSteps(sizeOf(golden.from), size, "center-crop", undefined, "image");
    expect(step?.cut).toEqual(golden.cut);
    const tensor = preprocess(syntheticImage(golden.from), {
      size,
      resize: "center-crop",
      layout: "NHWC",
      dtype: "uint8",
    });
    expectGolden(tensor.data as Uint8Array, golden);
  });
});

describe("a resize policy", () => {
  const only = (...args: Parameters<typeof resizeSteps>) => resizeSteps(...args)[0];

  it("cover takes the largest centred part with the proportions of the size", () => {
    const size = { width: 200, height: 100 };
    expect(only({ width: 301, height: 101 }, size, "cover", undefined, "")?.cut).toEqual({
      x: 49,
      y: 0,
      width: 202,
      height: 101,
    });
    expect(only({ width: 101, height: 301 }, size, "cover", undefined, "")?.cut).toEqual({
      x: 0,
      y: 125,
      width: 101,
      height: 50,
    });
    expect(
      only({ width: 1, height: 9 }, { width: 9, height: 1 }, "cover", undefined, "")?.cut,
    ).toEqual({ x: 0, y: 4, width: 1, height: 1 });
  });

  it("pad fits the image in and keeps its proportions", () => {
    const size = { width: 28, height: 28 };
    const fit = (width: number, height: number) =>
      only({ width, height }, size, "pad", undefined, "")?.resized;
    expect(fit(100, 50)).toEqual({ width: 28, height: 14 });
    expect(fit(50, 99)).toEqual({ width: 14, height: 28 });
    expect(fit(56, 3)).toEqual({ width: 28, height: 2 });
    expect(fit(1, 999)).toEqual({ width: 1, height: 28 });
    expect(fit(7, 7)).toEqual(size);
  });

  it("short-side cuts the centre of the resized image", () => {
    const step = only(
      { width: 500, height: 375 },
      { width: 224, height: 224 },
      "short-side",
      256,
      "",
    );
    expect(step?.resized).toEqual({ width: 341, height: 256 });
    expect(step?.keep).toEqual({ x: 58, y: 16, width: 224, height: 224 });
  });

  it("short-side resizes a second time where the short side is less than the size, as MXNet does", () => {
    const steps = resizeSteps(
      { width: 50, height: 40 },
      { width: 30, height: 30 },
      "short-side",
      20,
      "",
    );
    expect(steps.map(({ resized }) => resized)).toEqual([
      { width: 25, height: 20 },
      { width: 30, height: 30 },
    ]);
    expect(steps[1]?.cut).toEqual({ x: 2, y: 0, width: 20, height: 20 });
  });

  it("none takes images of the size only", () => {
    const size = { width: 3, height: 4 };
    expect(resizeSteps(size, size, "none", undefined, "image")).toEqual([]);
    const failure = failureOf(() =>
      resizeSteps({ width: 4, height: 3 }, size, "none", undefined, "x"),
    );
    expect(failure).toMatchObject({ name: "ShapeError", code: "shape" });
    expect(failure.message).toMatch(/^x: .*3 x 4 pixels, this one has 4 x 3/);
  });
});
