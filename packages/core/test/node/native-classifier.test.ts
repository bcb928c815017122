// The classifier over the native library and real image files: answers are the reference's, from
// digits-golden.json and, where they are, from the zoo's outputs.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  type Classified,
  Classifier,
  imagesIn,
  type PreprocessOptions,
  readNpy,
  Tensor,
} from "../../src/node.js";
import { referenceLibrary, skipReference } from "../fake/reference-library.js";

interface Golden {
  logitsNode: string;
  images: { index: number; label: number; logits: number[]; softmax: number[] }[];
}

const models = new URL("../../../examples/models/digits/", import.meta.url);
const golden: Golden = JSON.parse(readFileSync(new URL("digits-golden.json", models), "utf8"));
const heldOut = readFileSync(new URL("digits-heldout.bin", models));
const inkOf = (index: number): Uint8Array => heldOut.subarray(index * 64, index * 64 + 64);
const tensorOf = (index: number): Tensor =>
  new Tensor(
    Float32Array.from(inkOf(index), (ink) => ink / 16),
    [1, 8, 8],
  );

/** For light ink on black. 15 levels of ink are 15 greys, so that a picture has the very pixels. */
const recipe: PreprocessOptions = {
  size: { width: 8, height: 8 },
  resize: "stretch",
  interpolation: "area",
  channelOrder: "gray",
  scale: 1 / 240,
};
const pictureOf = (index: number): Promise<Buffer> =>
  sharp(
    Uint8Array.from(inkOf(index), (ink) => ink * 15),
    { raw: { width: 8, height: 8, channels: 1 } },
  )
    .resize(80, 80, { kernel: "nearest" })
    .png()
    .toBuffer();

const folder = mkdtempSync(join(tmpdir(), "classifier-"));
let classifier: Classifier;
beforeAll(async () => {
  classifier = await Classifier.load(new URL("digits", models), { preset: recipe, size: 2 });
  for (const { index } of golden.images)
    writeFileSync(join(folder, `${String(index).padStart(3, "0")}.png`), await pictureOf(index));
});
afterAll(() => {
  classifier.dispose();
  rmSync(folder, { recursive: true });
});

function expectScores(
  predictions: readonly { index: number; score: number }[],
  expected: readonly number[],
): void {
  expect(predictions).toHaveLength(expected.length);
  for (const { index, score } of predictions)
    expect(Math.abs(score - (expected[index] ?? Number.NaN))).toBeLessThanOrEqual(5e-4);
}

describe("the digit network as a classifier", () => {
  it("knows from the graph that its output is probabilities", () => {
    expect(classifier.softmax).toBe(false);
    expect(classifier.input).toEqual({ name: "data", dtype: "float32", shape: [1, 1, 8, 8] });
    expect(classifier.labels).toEqual(Array.from("0123456789"));
  });

  it("makes the same probabilities of the layer before, by its own softmax", async () => {
    await using logits = await Classifier.load(new URL("digits", models), {
      preset: recipe,
      output: golden.logitsNode,
    });
    expect(logits.softmax).toBe(true);
    for (const { index, softmax } of golden.images)
      expectScores(await logits.classify(tensorOf(index), { top: 10 }), softmax);
  });

  it("says what the reference says, of tensors, bytes, paths and URLs", async () => {
    for (const { index, softmax, label } of golden.images) {
      const path = join(folder, `${String(index).padStart(3, "0")}.png`);
      for (const image of [
        tensorOf(index),
        readFileSync(path),
        path,
        pathToFileURL(path),
        pathToFileURL(path).href,
      ]) {
        const predictions = await classifier.classify(image, { top: 10 });
        expectScores(predictions, softmax);
        expect(predictions[0]?.label).toBe(String(label));
      }
    }
  });

  it("goes through a folder in order, in batches, and names the file that is no image", async () => {
    writeFileSync(join(folder, "1-broken.png"), "no image");
    writeFileSync(join(folder, "notes.txt"), "no image, and not named like one");
    const results: Classified<string>[] = [];
    for await (const result of classifier.classifyAll(imagesIn(folder), { batch: 3, top: 10 }))
      results.push(result);
    rmSync(join(folder, "1-broken.png"));
    expect(results.map((r) => basename(r.image))).toEqual(
      [
        ...golden.images.map((i) => `${String(i.index).padStart(3, "0")}.png`),
        "1-broken.png",
      ].sort(),
    );
    for (const result of results) {
      const known = golden.images.find(
        (i) => i.index === Number.parseInt(basename(result.image), 10),
      );
      if (basename(result.image) === "1-broken.png") {
        expect(result).toMatchObject({ ok: false, error: { code: "image" } });
        expect(result.ok ? "" : result.error.message).toContain("1-broken.png");
      } else expectScores(result.ok ? result.predictions : [], known?.softmax ?? []);
    }
  });

  it("goes through a stream of files", async () => {
    const stream = ReadableStream.from(
      await Promise.all(golden.images.map(({ index }) => pictureOf(index))),
    );
    const labels: (number | undefined)[] = [];
    for await (const result of classifier.classifyAll(stream))
      labels.push(result.ok ? result.predictions[0]?.index : undefined);
    expect(labels).toEqual(golden.images.map((image) => image.label));
  });

  it("gives the features of a layer: here the reference's logits", async () => {
    const features = await classifier.features(
      golden.images.map(({ index }) => tensorOf(index)),
      { layer: golden.logitsNode },
    );
    expect(features.shape).toEqual([20, 10]);
    golden.images.forEach(({ logits }, i) => {
      const top = Math.max(...logits.map(Math.abs));
      for (const [digit, value] of logits.entries())
        expect(Math.abs(Number(features.row(i).data[digit]) - value)).toBeLessThanOrEqual(
          5e-4 * top,
        );
    });
  });

  it("lists near names for a layer that is not there", async () => {
    const wrong = classifier.features(tensorOf(0), { layer: `${golden.logitsNode}x` });
    await expect(wrong).rejects.toMatchObject({
      code: "name",
      message: expect.stringContaining(golden.logitsNode),
    });
    expect((await classifier.features(tensorOf(0), { layer: golden.logitsNode })).size).toBe(10);
  });

  it("says which size the network does not take", async () => {
    const load = Classifier.load(new URL("digits", models), {
      preset: recipe,
      imageSize: { width: 20, height: 20 },
    });
    await expect(load).rejects.toMatchObject({ code: "shape" });
  });

  it("takes its labels from a file", async () => {
    const file = join(folder, "labels.txt");
    writeFileSync(file, "zero one two three four five six seven eight nine".replaceAll(" ", "\n"));
    await using named = await Classifier.load(new URL("digits", models), {
      preset: recipe,
      labels: file,
      size: 1,
    });
    const { index, label } = golden.images[0] ?? { index: 0, label: 0 };
    expect((await named.classify(tensorOf(index)))[0]).toMatchObject({ index: label });
    expect(named.labels[9]).toBe("nine");
  });
});

describe("a network of the Gluon zoo", () => {
  const zoo = mkdtempSync(join(tmpdir(), "libpredict-zoo-"));
  const names = ["squeezenet1.1", "mobilenetv2_0.25"];

  beforeAll(() => {
    if (referenceLibrary === undefined) return;
    const script = fileURLToPath(
      new URL("../../../conformance/reference/networks.py", import.meta.url),
    );
    const python = process.env["LIBPREDICT_REFERENCE_PYTHON"] ?? "";
    const env = { ...process.env, LIBPREDICT_ZOO: zoo };
    const made = spawnSync(python, [script, "outputs", ...names], { encoding: "utf8", env });
    expect(made.status, made.stderr).toBe(0);
  });
  afterAll(() => rmSync(zoo, { recursive: true, force: true }));

  it.for(names)("%s: the best five are those of the reference's logits", async (name, { skip }) => {
    if (skipReference !== undefined) return skip(skipReference);
    const prefix = join(zoo, name);
    const input = readNpy(readFileSync(`${prefix}-input.npy`));
    const logits = readNpy(readFileSync(`${prefix}-output.npy`)) as Tensor<"float32">;
    await using classifier = await Classifier.load(prefix, { preset: "gluon", size: 1 });
    expect(classifier.softmax).toBe(true);
    const predictions = await classifier.classify(new Tensor(input.data, input.shape, input.dtype));
    // The softmax, in float64, of what the reference computed.
    const values = [...logits.data];
    const largest = Math.max(...values);
    const sum = values.reduce((all, value) => all + Math.exp(value - largest), 0);
    const best = values
      .map((value, index) => ({ index, score: Math.exp(value - largest) / sum }))
      .sort((a, b) => b.score - a.score)
      .slice(0, 5);
    predictions.forEach(({ index, score }, i) => {
      const wanted = Math.exp((values[index] ?? Number.NaN) - largest) / sum;
      expect(Math.abs(score - wanted)).toBeLessThanOrEqual(5e-4);
      expect(Math.abs(score - (best[i]?.score ?? Number.NaN))).toBeLessThanOrEqual(5e-4);
    });
    expect(predictions[0]?.index).toBe(best[0]?.index);
  });
});
