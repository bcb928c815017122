import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import {
  imageFromRaw,
  type PresetName,
  preprocess,
  presetForSize,
  presets,
  readNDArrays,
  Tensor,
} from "../../src/index.js";
import {
  expectGolden,
  type Golden,
  type ImageShape,
  readGoldens,
  syntheticImage,
  syntheticMean,
} from "./synthetic-image.js";

interface PresetGoldens {
  readonly presets: readonly (Golden & { preset: PresetName; from: ImageShape })[];
  readonly meanImageFile: Golden & { from: ImageShape; size: number };
  readonly gluonOfEveryByte: readonly (readonly number[])[];
}

const goldens = readGoldens<PresetGoldens>("presets.json");

describe("the presets, as MXNet's own functions to the last bit", () => {
  it.each(goldens.presets)("$preset on $from", (golden) => {
    const { size } = presets[golden.preset];
    const meanImage = new Tensor(syntheticMean(3, size.height, size.width), [
      3,
      size.height,
      size.width,
    ]);
    const needsMean = golden.preset === "imagenet-2015-mean-image";
    const options = { ...presets[golden.preset], ...(needsMean ? { meanImage } : {}) };
    const tensor = preprocess(syntheticImage(golden.from), options);
    expect(tensor.shape).toEqual([1, ...golden.shape]);
    expectGolden(tensor.data as Float32Array, golden);
  });

  it("are all checked", () => {
    expect(new Set(goldens.presets.map(({ preset }) => preset))).toEqual(
      new Set(Object.keys(presets)),
    );
  });

  it("subtract the mean image of a file that MXNet wrote", () => {
    const golden = goldens.meanImageFile;
    const file = readFileSync(new URL("goldens/mean_16.nd", import.meta.url));
    const { names, tensors } = readNDArrays(file);
    expect(names).toEqual(["mean_img"]);
    const meanImage = tensors[0] as Tensor;
    const side = { width: golden.size, height: golden.size };
    const options = { ...presets["imagenet-2015-mean-image"], size: side, meanImage };
    expectGolden(preprocess(syntheticImage(golden.from), options).data as Float32Array, golden);
  });

  it("give every byte the number that ToTensor and Normalize give it", () => {
    const bytes = Uint8Array.from({ length: 256 * 3 }, (_, at) => Math.floor(at / 3));
    const image = imageFromRaw(bytes, { width: 16, height: 16 });
    const { data } = preprocess(image, { ...presets.gluon, size: image, resize: "none" });
    expect([...(data as Float32Array)]).toEqual(goldens.gluonOfEveryByte.flat());
  });
});

describe("a preset for another size", () => {
  it("keeps the proportion of short side to size", () => {
    expect(presetForSize(presets.gluon, { width: 299, height: 299 })).toEqual(
      presets["gluon-inception-v3"],
    );
  });

  it("changes nothing else", () => {
    const size = { width: 100, height: 50 };
    expect(presetForSize(presets["inception-v3"], size)).toEqual({
      ...presets["inception-v3"],
      size,
    });
  });
});
