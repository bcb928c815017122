import { describe, expect, it } from "vitest";
import { type Box, boxArea, moveEdges, overlap, scaleBox, squareAround } from "../src/boxes.js";

const box = (left: number, top: number, right: number, bottom: number): Box => ({
  left,
  top,
  right,
  bottom,
});

describe("the area of a box", () => {
  it("is width times height", () => {
    expect(boxArea(box(2, 3, 12, 7))).toBe(40);
  });

  it("is 0 where the edges have changed sides", () => {
    expect(boxArea(box(12, 7, 2, 3))).toBe(0);
  });
});

describe("the overlap of two boxes", () => {
  const a = box(0, 0, 10, 10);

  it("is a share of what they cover together", () => {
    // 50 common, 100 + 100 - 50 together
    expect(overlap(a, box(5, 0, 15, 10), "union")).toBe(50 / 150);
  });

  it("is a share of the smaller box", () => {
    expect(overlap(a, box(5, 0, 15, 5), "smaller")).toBe(0.5);
    expect(overlap(a, box(2, 2, 4, 4), "smaller")).toBe(1);
  });

  it("is the same both ways, 1 for equal boxes, 0 for boxes that touch or are apart", () => {
    const b = box(3, 4, 17, 9);
    expect(overlap(a, b, "union")).toBe(overlap(b, a, "union"));
    expect(overlap(a, a, "union")).toBe(1);
    expect(overlap(a, box(10, 0, 20, 10), "union")).toBe(0);
    expect(overlap(a, box(30, 30, 40, 40), "smaller")).toBe(0);
  });

  it("is 0 for an empty box, never NaN", () => {
    expect(overlap(box(5, 5, 5, 5), box(5, 5, 5, 5), "union")).toBe(0);
    expect(overlap(a, box(5, 5, 5, 8), "smaller")).toBe(0);
  });
});

describe("moving edges", () => {
  it("is by shares of the width and the height", () => {
    expect(moveEdges(box(100, 50, 140, 70), [0.25, 0.5, -0.25, 1])).toEqual(box(110, 60, 130, 90));
  });
});

describe("the square around a box", () => {
  it("has its centre and its longer side", () => {
    expect(squareAround(box(10, 20, 30, 60))).toEqual(box(0, 20, 40, 60));
    expect(squareAround(box(10, 20, 50, 40))).toEqual(box(10, 10, 50, 50));
  });

  it("has whole pixels, halves rounded up, also below zero", () => {
    expect(squareAround(box(0.5, 0.4, 10.9, 10.8))).toEqual(box(1, 0, 11, 10));
    expect(squareAround(box(-3.5, -2.5, 6.5, 7.5))).toEqual(box(-3, -2, 7, 8));
  });

  it("has at least one pixel", () => {
    expect(squareAround(box(4, 4, 4.2, 4.2))).toEqual(box(4, 4, 5, 5));
  });
});

describe("scaling a box", () => {
  it("multiplies x and y apart", () => {
    expect(scaleBox(box(1, 2, 3, 4), 10, 100)).toEqual(box(10, 200, 30, 400));
  });
});
