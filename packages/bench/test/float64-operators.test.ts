import { expect, it } from "vitest";
import * as float64 from "../dist/networks/float64-operators.js";

const image = (height: number, width: number, ...values: number[]): float64.Float64Tensor => ({
  shape: [1, values.length / (height * width), height, width],
  data: Float64Array.from(values),
});
const plain = { stride: [1, 1], pad: [0, 0], groups: 1 } as const;

it("convolves with padding, stride and a bias", () => {
  const x = image(3, 3, 1, 2, 3, 4, 5, 6, 7, 8, 9);
  const ones = new Float32Array(9).fill(1);
  const window = { kernel: [3, 3], filters: 1, groups: 1, pad: [1, 1] } as const;
  const dense = float64.convolve(x, ones, Float32Array.of(0.5), { ...window, stride: [1, 1] });
  expect([...dense.data]).toEqual([12.5, 21.5, 16.5, 27.5, 45.5, 33.5, 24.5, 39.5, 28.5]);
  const strided = float64.convolve(x, ones, undefined, { ...window, stride: [2, 2] });
  expect(strided.shape).toEqual([1, 1, 2, 2]);
  expect([...strided.data]).toEqual([12, 16, 24, 28]);
});

it("convolves across channels, and within groups", () => {
  const x = image(1, 2, 1, 2, 10, 20);
  const mixed = float64.convolve(x, Float32Array.of(1, 2, 3, 4), undefined, {
    ...plain,
    kernel: [1, 1],
    filters: 2,
  });
  expect([...mixed.data]).toEqual([21, 42, 43, 86]);
  const apart = float64.convolve(x, Float32Array.of(3, 5), undefined, {
    ...plain,
    kernel: [1, 1],
    filters: 2,
    groups: 2,
  });
  expect([...apart.data]).toEqual([3, 6, 50, 100]);
});

it("sums more terms and columns than it takes at once", () => {
  const pixels = 1500;
  const x = image(1, pixels, ...new Array(7 * pixels).fill(2));
  const y = float64.convolve(x, Float32Array.of(1, 2, 3, 4, 5, 6, 7), undefined, {
    ...plain,
    kernel: [1, 1],
    filters: 1,
  });
  expect(y.data.every((value) => value === 56)).toBe(true);
});

it("pools: the maximum passes over padding, the average counts it", () => {
  const x = image(2, 2, -1, -2, -3, -4);
  const window = { kernel: [2, 2], stride: [2, 2], pad: [1, 1] } as const;
  expect([...float64.pool(x, "max", window, [1, 1]).data]).toEqual([-1, -2, -3, -4]);
  expect([...float64.pool(x, "avg", window, [1, 1]).data]).toEqual([-0.25, -0.5, -0.75, -1]);
});

it("pads behind the edge where a size rounds up", () => {
  const x = image(3, 3, 1, 2, 3, 4, 5, 6, 7, 8, 9);
  const window = { kernel: [2, 2], stride: [2, 2], pad: [0, 0] } as const;
  expect([...float64.pool(x, "max", window, [0, 0]).data]).toEqual([5]);
  expect([...float64.pool(x, "max", window, [1, 1]).data]).toEqual([5, 6, 8, 9]);
});

it("has the mean and the variance of each channel, the variance not below a limit", () => {
  const [mean, variance] = float64.statistics(image(1, 2, 1, 3, 5, 5), 0.25);
  expect([...mean]).toEqual([2, 5]);
  expect([...variance]).toEqual([1, 0.25]);
});

it("connects, joins, repeats pixels, and normalises over channels", () => {
  const x = image(1, 2, 1, 2);
  const y = float64.connect(x, Float32Array.of(1, 10, 2, 20), Float32Array.of(0.5, 1), 2);
  expect([...y.data]).toEqual([21.5, 43]);
  const joined = float64.concatenate([x, image(1, 2, 3, 4)]);
  expect(joined.shape).toEqual([1, 2, 1, 2]);
  expect([...joined.data]).toEqual([1, 2, 3, 4]);
  expect([...float64.upsampleNearest(x, 2).data]).toEqual([1, 1, 2, 2, 1, 1, 2, 2]);
  const soft = float64.softmaxOverChannels(image(1, 2, 0, 1000, Math.log(3), 1000));
  expect(soft.data[0]).toBeCloseTo(0.25, 12);
  expect(soft.data[2]).toBeCloseTo(0.75, 12);
  expect(soft.data[1]).toBe(0.5);
});
