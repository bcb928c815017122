import { readFile } from "node:fs/promises";
import { Model, type Tensor } from "@libpredict/core";
import { afterAll, describe, expect, it } from "vitest";
import {
  digitsFolder,
  digitsPrefix,
  HeldOutDigits,
  readDigitsMetadata,
} from "../src/digits-data.js";

interface Golden {
  readonly from: string;
  readonly logitsNode: string;
  readonly images: readonly {
    readonly index: number;
    readonly label: number;
    /** What the reference answers to this image alone; its logits are the finer test. */
    readonly logits: readonly number[];
    readonly softmax: readonly number[];
  }[];
}

/** Of a whole network's outputs against the reference, as a part of the largest of them. */
const tolerance = 5e-4;

const metadata = await readDigitsMetadata();
const images = await HeldOutDigits.read(metadata);
const golden: Golden = JSON.parse(await readFile(`${digitsFolder}digits-golden.json`, "utf8"));
const model = await Model.load(digitsPrefix);
afterAll(() => model.dispose());

function expectClose(tensor: Tensor | undefined, expected: ArrayLike<number>, what: string): void {
  const found = Array.from(tensor?.data ?? [], Number);
  expect(found.length, what).toBe(expected.length);
  const allowed = tolerance * Math.max(...Array.from(expected, Math.abs));
  for (const [digit, value] of Array.from(expected).entries()) {
    expect(Math.abs((found[digit] ?? Number.NaN) - value), `${what}, ${digit}`).toBeLessThan(
      allowed,
    );
  }
}

describe("the digit network in our library", () => {
  it("agrees with the reference on 20 images, two of each digit", async () => {
    using predictor = model.createPredictor({ inputs: { data: [1, 1, 8, 8] } });
    expect(golden.images).toHaveLength(20);
    expect(golden.from).toContain("MXNet 1.9.1");
    const seen = new Set<string>();
    for (const { index, label, softmax } of golden.images) {
      expect(images.label(index)).toBe(label);
      seen.add(softmax.join());
      const data = images.input(index);
      const { softmax_output: found } = predictor.runSync({ data });
      expect(found?.shape).toEqual([1, 10]);
      expect(found?.dtype).toBe("float32");
      expectClose(found, softmax, `image ${index}`);
      const { softmax: again } = await predictor.run({ data });
      expectClose(again, softmax, `image ${index} off the main thread`);
    }
    expect(seen.size).toBe(20);
  });

  it("agrees with the reference before the softmax too", () => {
    using predictor = model.createPredictor({
      inputs: { data: [1, 1, 8, 8] },
      outputs: [golden.logitsNode],
    });
    for (const { index, logits } of golden.images) {
      const outputs = predictor.runSync({ data: images.input(index) });
      expectClose(outputs[golden.logitsNode], logits, `image ${index}`);
    }
  });

  it("reads at least 98 % of the held-out images, as many as the reference did", () => {
    using predictor = model.createPredictor({ inputs: { data: [images.count, 1, 8, 8] } });
    const { softmax } = predictor.runSync({ data: images.input(0, images.count) });
    expect(softmax?.shape).toEqual([360, 10]);
    let right = 0;
    for (let index = 0; index < images.count; index++) {
      right += softmax?.row(index).argmax() === images.label(index) ? 1 : 0;
    }
    expect(right / images.count).toBeGreaterThanOrEqual(0.98);
    expect(right).toBe(metadata.accuracy.correct);
    expect(metadata.accuracy.of).toBe(images.count);
  });

  it("answers the same to an image alone and in a batch", () => {
    using alone = model.createPredictor({ inputs: { data: [1, 1, 8, 8] } });
    using batch = model.createPredictor({ inputs: { data: [20, 1, 8, 8] } });
    const { softmax } = batch.runSync({ data: images.input(100, 20) });
    for (let index = 0; index < 20; index++) {
      const { softmax: one } = alone.runSync({ data: images.input(100 + index) });
      expectClose(one, Array.from(softmax?.row(index).data ?? [], Number), `image ${100 + index}`);
    }
  });
});
