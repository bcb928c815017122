// The pool over the native library: answers against the reference's, weights in memory once.
import { readFileSync } from "node:fs";
import { afterAll, expect, it } from "vitest";
import { Model, Tensor } from "../../src/node.js";
import { dense } from "../fake/small-models.js";

interface Golden {
  images: { index: number; softmax: number[] }[];
}

const folder = new URL("../../../examples/models/digits/", import.meta.url);
const golden: Golden = JSON.parse(readFileSync(new URL("digits-golden.json", folder), "utf8"));
const bytes = readFileSync(new URL("digits-heldout.bin", folder));
const model = await Model.load(new URL("digits", folder));
afterAll(() => model.dispose());
const pixelsOf = (index: number): Float32Array =>
  Float32Array.from(bytes.subarray(index * 64, index * 64 + 64), (ink) => ink / 16);

it("three predictors answer sixty runs as the reference does", async () => {
  await using pool = model.createPool({ inputs: { data: [1, 1, 8, 8] }, size: 3 });
  const asked = Array.from({ length: 3 }, () => golden.images).flat();
  const data = new Float32Array(64);
  const answers = await Promise.all(
    asked.map(({ index }) => {
      data.set(pixelsOf(index)); // one array for all: a run that waits has copied it
      return pool.run({ data });
    }),
  );
  expect(answers).toHaveLength(60);
  answers.forEach(({ softmax }, i) => {
    const expected = asked[i]?.softmax ?? [];
    expect(softmax?.shape).toEqual([1, 10]);
    for (const [digit, value] of expected.entries())
      expect(Math.abs(Number(softmax?.data[digit]) - value)).toBeLessThanOrEqual(5e-4);
  });
  expect(pool.stats()).toMatchObject({ completed: 60, failed: 0, running: 0 });
});

it("has one copy of the weights for all predictors", () => {
  using single = model.createPool({ inputs: { data: [1, 1, 8, 8] }, size: 1, threads: 1 });
  using many = model.createPool({ inputs: { data: [1, 1, 8, 8] }, size: 4, threads: 1 });
  const [one, four] = [single.stats().memory, many.stats().memory];
  expect(one?.weightsBytes).toBeGreaterThan(190_000);
  expect(four?.weightsBytes).toBe(one?.weightsBytes);
  expect(four?.packedBytes).toBe(one?.packedBytes);
  expect(four?.predictorBytes).toBe(4 * Number(one?.predictorBytes));
});

it("serves batches of different sizes side by side", async () => {
  using small = await Model.load(dense);
  await using pool = small.createPool({ inputs: { data: [1, 3] }, size: 2 });
  const batches = Array.from({ length: 40 }, (_, i) => (i % 4) + 1);
  const answers = await Promise.all(
    batches.map((rows) =>
      pool.run({
        data: new Tensor(
          Float32Array.from({ length: rows * 3 }, (_, i) => i),
          [rows, 3],
        ),
      }),
    ),
  );
  answers.forEach(({ fc }, i) => {
    const rows = batches[i] ?? 0;
    expect(fc?.shape).toEqual([rows, 2]);
    // W = [[1, 2, 3], [0, -1, 1]], b = [10, 20]; row r of the input is 3r, 3r + 1, 3r + 2.
    expect([...(fc?.data ?? [])]).toEqual(
      Array.from({ length: rows }, (_, r) => [18 * r + 8 + 10, 1 + 20]).flat(),
    );
  });
});
