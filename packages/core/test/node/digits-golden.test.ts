// A trained network end to end: expected values are the reference's, from digits-golden.json.
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { Model, type Tensor } from "../../src/node.js";

interface Golden {
  logitsNode: string;
  images: { index: number; label: number; logits: number[]; softmax: number[] }[];
}

const folder = new URL("../../../examples/models/digits/", import.meta.url);
const golden: Golden = JSON.parse(readFileSync(new URL("digits-golden.json", folder), "utf8"));
const bytes = readFileSync(new URL("digits-heldout.bin", folder));
const model = await Model.load(new URL("digits", folder));
const pixelsOf = (index: number): number[] =>
  Array.from(bytes.subarray(index * 64, index * 64 + 64), (ink) => ink / 16);

function expectClose(actual: ArrayLike<number>, expected: readonly number[]): void {
  const top = Math.max(...expected.map(Math.abs));
  expect(actual).toHaveLength(expected.length);
  expected.forEach((value, i) => {
    expect(Math.abs((actual[i] ?? Number.NaN) - value)).toBeLessThanOrEqual(5e-4 * top);
  });
}

it("the digit network gives the reference's probabilities, one image at a time", async () => {
  using predictor = model.createPredictor({ inputs: { data: [1, 1, 8, 8] } });
  expect(golden.images.length).toBeGreaterThan(10);
  for (const { index, softmax, label } of golden.images) {
    const outputs = await predictor.run({ data: Float32Array.from(pixelsOf(index)) });
    const tensor = outputs["softmax"] as Tensor<"float32">;
    expectClose(tensor.data, softmax);
    expect(tensor.argmax()).toBe(label);
  }
});

it("the digit network gives the reference's logits, all images at once", () => {
  const { images, logitsNode } = golden;
  using predictor = model.createPredictor({
    inputs: { data: [images.length, 1, 8, 8] },
    outputs: [logitsNode],
  });
  const data = Float32Array.from(images.flatMap(({ index }) => pixelsOf(index)));
  const logits = predictor.runSync({ data })[logitsNode] as Tensor<"float32">;
  images.forEach((image, i) => {
    expectClose(logits.row(i).data, image.logits);
  });
});
