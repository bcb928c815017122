import { describe, expect, it } from "vitest";
import { compareDetections, type DetectionOutput } from "../src/detection-sets.js";
import type { DetectionSet } from "../src/network-golden.js";

/** Two images; class, score, box. */
const kept: DetectionSet = {
  shapes: [[2, 4, 6]],
  tops: [3, 0.9, 90, 80, 120, 100],
  images: [
    {
      count: 3,
      rows: [
        [1, 0.9, 10, 20, 30, 40],
        [3, 0.8, 50, 60, 70, 80],
        [1, 0.8, 11, 60, 70, 80],
      ],
    },
    { count: 1, rows: [[0, 0.5, 90, 80, 120, 100]] },
  ],
};
const none = [-1, -1, -1, -1, -1, -1];

function output(...images: readonly (readonly (readonly number[])[])[]): DetectionOutput[] {
  return [{ shape: [2, 4, 6], data: Float32Array.from(images.flat(2)) }];
}

function right(): number[][][] {
  return kept.images.map(({ rows }) => {
    const all = rows.map((row) => [...row]);
    while (all.length < 4) all.push([...none]);
    return all;
  });
}

describe("detections", () => {
  it("agree with themselves", () => {
    expect(compareDetections(kept, output(...right())).problem).toBeUndefined();
  });

  it("may stand in another order, with gaps", () => {
    const [first = [], second = []] = right();
    const swapped = output(first.toReversed(), [none, ...second.slice(0, 1), none, none]);
    expect(compareDetections(kept, swapped).problem).toBeUndefined();
  });

  it("may be a rounding error away", () => {
    const images = right();
    (images[0]?.[1] as number[])[3] = 60.03;
    const { problem, error } = compareDetections(kept, output(...images));
    expect(problem).toBeUndefined();
    expect(error).toBeCloseTo(0.03 / 80, 5);
  });

  it.each([
    ["a missing one", 0, 2, none, "image 0: 2 detections instead of 3"],
    ["one too many", 1, 3, [2, 0.5, 1, 1, 2, 2], "image 1: 2 detections instead of 1"],
    ["another class", 0, 1, [2, 0.8, 50, 60, 70, 80], "no detection of class 3 near 0.8,50"],
    ["a moved box", 0, 1, [3, 0.8, 50, 60.1, 70, 80], "no detection of class 3 near 0.8,50"],
    ["another score", 1, 0, [0, 0.501, 90, 80, 120, 100], "image 1: no detection of class 0"],
    ["a number that is none", 1, 0, [0, Number.NaN, 90, 80, 120, 100], "no detection of class 0"],
    ["one that stands twice", 0, 2, [1, 0.9, 10, 20, 30, 40], "class 1 near 0.8,11"],
  ])("do not agree with %s", (_what, image, row, values, words) => {
    const images = right();
    (images[image] as number[][])[row] = values;
    expect(compareDetections(kept, output(...images)).problem).toContain(words);
  });

  it("have the shapes that are expected", () => {
    const [{ data }] = output(...right()) as [DetectionOutput];
    const { problem } = compareDetections(kept, [{ shape: [1, 8, 6], data }]);
    expect(problem).toBe("shapes (1,8,6) instead of (2,4,6)");
  });
});
