import { describe, expect, it } from "vitest";
import {
  type Image,
  imageFromRaw,
  type PreprocessOptions,
  preprocess,
  presets,
  resizeImage,
  Tensor,
} from "../../src/index.js";
import { failureOf } from "../fake/failure-of.js";
import { syntheticImage } from "./synthetic-image.js";

const two = { width: 2, height: 1 };
/** Two pixels: red 10, green 20, blue 30; red 40, green 50, blue 60. */
const pair = imageFromRaw(Uint8Array.of(10, 20, 30, 40, 50, 60), two);
const numbers = (images: Image | readonly Image[], options: Partial<PreprocessOptions>) => [
  ...(preprocess(images, { size: two, ...options }).data as Float32Array),
];

describe("preprocess", () => {
  it("gives planes of red, green and blue from 0 to 255, if nothing else is said", () => {
    const tensor = preprocess(pair, { size: two });
    expect(tensor.shape).toEqual([1, 3, 1, 2]);
    expect(tensor.dtype).toBe("float32");
    expect([...(tensor.data as Float32Array)]).toEqual([10, 40, 20, 50, 30, 60]);
  });

  it("stretches, with bilinear interpolation, if nothing else is said", () => {
    const image = syntheticImage([7, 9]);
    const size = { width: 4, height: 3 };
    const tensor = preprocess(image, { size, layout: "NHWC" });
    expect(tensor.shape).toEqual([1, 3, 4, 3]);
    expect([...(tensor.data as Float32Array)]).toEqual([...resizeImage(image, size).data]);
  });

  it("puts channels last, as blue, green, red, and as bytes, where asked", () => {
    expect(numbers(pair, { layout: "NHWC" })).toEqual([10, 20, 30, 40, 50, 60]);
    expect(numbers(pair, { layout: "NHWC", channelOrder: "bgr" })).toEqual([
      30, 20, 10, 60, 50, 40,
    ]);
    expect(numbers(pair, { channelOrder: "bgr" })).toEqual([30, 60, 20, 50, 10, 40]);
    expect(preprocess(pair, { size: two, dtype: "uint8" }).data).toEqual(
      Uint8Array.of(10, 40, 20, 50, 30, 60),
    );
  });

  it("scales, then subtracts, then divides", () => {
    expect(numbers(pair, { scale: 0.5, mean: 1, std: 2 })).toEqual([2, 9.5, 4.5, 12, 7, 14.5]);
  });

  it("takes mean and deviation in the order of the channels asked for", () => {
    const options = { channelOrder: "bgr", mean: [30, 20, 10], std: [1, 2, 3] } as const;
    expect(numbers(pair, options)).toEqual([0, 30, 0, 15, 0, 10]);
  });

  it("subtracts a mean image, for either layout", () => {
    const meanImage = new Tensor(Float32Array.of(10, 20, 30, 40, 50, 60), [3, 1, 2]);
    expect(numbers(pair, { mean: "image", meanImage })).toEqual([0, 20, -10, 10, -20, 0]);
    expect(numbers(pair, { mean: "image", meanImage, layout: "NHWC" })).toEqual([
      0, -10, -20, 20, 10, 0,
    ]);
  });

  it("gives a gray image's value to all channels, and one channel for gray", () => {
    const gray = imageFromRaw(Uint8Array.of(5, 6), two);
    expect(numbers(gray, {})).toEqual([5, 6, 5, 6, 5, 6]);
    const tensor = preprocess(gray, { size: two, channelOrder: "gray" });
    expect(tensor.shape).toEqual([1, 1, 1, 2]);
    expect([...(tensor.data as Float32Array)]).toEqual([5, 6]);
  });

  it("makes a batch of images of different sizes and channels", () => {
    const gray = imageFromRaw(Uint8Array.of(5, 6), two);
    const large = imageFromRaw(new Uint8Array(4 * 6 * 4).fill(9), { width: 6, height: 4 });
    const tensor = preprocess([pair, gray, large], { size: two });
    expect(tensor.shape).toEqual([3, 3, 1, 2]);
    expect([...(tensor.row(0).data as Float32Array)]).toEqual(numbers(pair, {}));
    expect([...(tensor.row(1).data as Float32Array)]).toEqual(numbers(gray, {}));
    expect([...(tensor.row(2).data as Float32Array)]).toEqual([9, 9, 9, 9, 9, 9]);
  });

  it("fills around a padded image, as if its colour were in the image", () => {
    const size = { width: 2, height: 4 };
    const options = { size, resize: "pad", padValue: [1, 2, 3], scale: 2, mean: 1 } as const;
    const [red = [], green, blue] = [0, 1, 2].map((c) =>
      numbers(pair, options).slice(c * 8, c * 8 + 8),
    );
    expect(red).toEqual([1, 1, 19, 79, 1, 1, 1, 1]);
    expect(green).toEqual([3, 3, 39, 99, 3, 3, 3, 3]);
    expect(blue).toEqual([5, 5, 59, 119, 5, 5, 5, 5]);
    const plain = preprocess(pair, { size, resize: "pad", layout: "NHWC", dtype: "uint8" });
    expect([...(plain.data as Uint8Array)]).toEqual([
      0, 0, 0, 0, 0, 0, 10, 20, 30, 40, 50, 60, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    ]);
  });

  it("turns dark on white into light on black, as the preset gray says", () => {
    const gray = imageFromRaw(Uint8Array.of(255, 0), two);
    const size = { width: 2, height: 2 };
    const inverted = { scale: -1 / 255, mean: -1, padValue: 255 };
    expect(numbers(gray, { ...presets.gray, size, ...inverted })).toEqual([0, 1, 0, 0]);
  });

  it("subtracts a mean image from the padding too", () => {
    const size = { width: 2, height: 2 };
    const meanImage = new Tensor(Float32Array.of(1, 2, 3, 4), [1, 2, 2]);
    const gray = imageFromRaw(Uint8Array.of(5, 6), two);
    const options = {
      size,
      resize: "pad",
      channelOrder: "gray",
      mean: "image",
      meanImage,
    } as const;
    expect(numbers(gray, { ...options, padValue: 9 })).toEqual([4, 4, 6, 5]);
  });

  it("does not change the image", () => {
    const image = syntheticImage([5, 5, 4]);
    const before = image.data.slice();
    preprocess(image, { size: image, background: [1, 2, 3], scale: 2 });
    expect(image.data).toEqual(before);
  });

  const mean = new Tensor(new Float32Array(6), [3, 1, 2]);
  it.each<[Partial<PreprocessOptions> | null, string, RegExp]>([
    [null, "argument", /\{ size/],
    [{ size: undefined as never }, "argument", /size: width/],
    [{ resize: "crop" as never }, "argument", /resize "crop" is none of short-side, cover/],
    [{ resize: "short-side" }, "argument", /shortSide.*whole number/],
    [{ resize: "short-side", shortSide: 0.5 }, "argument", /shortSide/],
    [{ interpolation: "linear" as never }, "argument", /interpolation "linear"/],
    [{ channelOrder: "RGB" as never }, "argument", /channelOrder "RGB" is none of rgb, bgr, gray/],
    [{ layout: "CHW" as never }, "argument", /layout/],
    [{ dtype: "float64" as never }, "argument", /dtype/],
    [{ scale: Number.NaN }, "argument", /scale/],
    [{ mean: [1, 2] }, "argument", /mean must be a number, or 3 for 3 channels, not \[1,2\]/],
    [{ mean: [1, 2, 3], channelOrder: "gray" }, "argument", /1 for 1 channel, not/],
    [{ mean: "pixel" as never }, "argument", /mean must be/],
    [{ std: 0 }, "argument", /std must not be 0/],
    [{ std: [1, 1, Number.POSITIVE_INFINITY] }, "argument", /std/],
    [{ padValue: [0] }, "argument", /padValue/],
    [{ padValue: 0.5, dtype: "uint8" }, "argument", /padValue/],
    [{ dtype: "uint8", mean: 3 }, "argument", /uint8/],
    [{ background: [0, 0, 256] }, "argument", /background/],
    [{ mean: "image" }, "argument", /needs meanImage.*\[3, 1, 2\].*mean_224.nd/],
    [{ meanImage: mean }, "argument", /mean: "image"/],
    [
      { mean: "image", meanImage: new Tensor(new Float64Array(6), [3, 1, 2]) },
      "dtype",
      /not float64/,
    ],
    [
      { mean: "image", meanImage: new Tensor(new Float32Array(6), [1, 2, 3]) },
      "shape",
      /meanImage: shape \[3, 1, 2\] was expected, it has \[1, 2, 3\]/,
    ],
  ])("refuses option %o", (options, code, message) => {
    const failure = failureOf(() =>
      preprocess(pair, (options && { size: two, ...options }) as never),
    );
    expect(failure.code).toBe(code);
    expect(failure.message).toMatch(message);
  });

  it("refuses what is no image, and says which", () => {
    const failure = failureOf(() => preprocess([pair, { width: 1 } as never], { size: two }));
    expect(failure).toMatchObject({ code: "argument" });
    expect(failure.message).toMatch(/^image 1: an image is/);
    const damaged = { ...pair, data: pair.data.subarray(1) };
    expect(failureOf(() => preprocess(damaged, { size: two }))).toMatchObject({ code: "shape" });
    expect(failureOf(() => preprocess([], { size: two })).message).toMatch(/no images/);
    expect(failureOf(() => preprocess(undefined as never, { size: two })).code).toBe("argument");
  });

  it("refuses images of another size where none is resized, and says which", () => {
    const options = { size: { width: 1, height: 1 }, resize: "none" } as const;
    expect(failureOf(() => preprocess([pair, pair], options))).toMatchObject({
      code: "shape",
      message: expect.stringMatching(/^image 0: /),
    });
  });

  it("refuses proportions whose resized image is too long", () => {
    const strip = imageFromRaw(new Uint8Array(30_000), { width: 30_000, height: 1 });
    const options = { size: { width: 8, height: 8 }, resize: "short-side", shortSide: 8 } as const;
    const failure = failureOf(() => preprocess(strip, options));
    expect(failure.code).toBe("argument");
    expect(failure.message).toMatch(/width must be .* not 240000/);
  });
});
