import { expect, it } from "vitest";
import type { SampledOutput } from "../src/network-golden.js";
import { compareSampled, samplePlaces } from "../src/network-samples.js";
import { hashWord } from "../src/tensor-data.js";

const size = 600;
const data = Float32Array.from({ length: size }, (_, i) => Math.sin(i));
const most = 50;
const signed = data.reduce((sum, value, i) => sum + (hashWord(2, i) & 1 ? -value : value), 0);
const kept: SampledOutput = {
  shape: [2, 300],
  top: 1,
  mean: data.reduce((sum, value) => sum + value, 0) / size,
  checksum: signed / Math.sqrt(size),
  values: samplePlaces(size, most).map((place) => data[place] as number),
};

it("one place lies in each of equal parts", () => {
  const places = samplePlaces(size, most);
  expect(places.map((place) => Math.floor(place / 12))).toEqual(
    Array.from({ length: 50 }, (_, i) => i),
  );
  expect(new Set(places.map((place) => place % 12)).size).toBeGreaterThan(5);
  expect(samplePlaces(3, most)).toEqual([0, 1, 2]);
});

it("an output agrees with its own samples, and is told from others", () => {
  const compare = (change: (values: Float32Array) => void, shape = kept.shape) => {
    const values = data.slice();
    change(values);
    return compareSampled(kept, shape, values, most).problem;
  };
  expect(compare(() => undefined)).toBeUndefined();
  expect(compare(() => undefined, [300, 2])).toBe("shape (300,2) instead of (2,300)");
  // An element that is not among the samples moves the checksum; a changed order does too.
  const unseen = [...Array(size).keys()].find((i) => !samplePlaces(size, most).includes(i)) ?? 0;
  expect(
    compare((values) => {
      values[unseen] = 3;
    }),
  ).toMatch(/^the (checksum|mean) is/);
  expect(compare((values) => values.copyWithin(301, 300, 599))).toBeDefined();
  expect(
    compare((values) => {
      values[0] = Number.NaN;
    }),
  ).toBeDefined();
  expect(
    compare((values) => {
      for (const [i, value] of values.entries()) values[i] = value * 1.0001;
    }),
  ).toBeUndefined();
});
