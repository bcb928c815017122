/** What is read from the networks' answers, with answers made by hand. */
import { Tensor } from "@libpredict/core";
import { describe, expect, it } from "vitest";
import { mergeFaces, readFaces, readProposals } from "../src/mtcnn.js";
import { readAnchors } from "../src/retinaface.js";

describe("det1's answers", () => {
  it("are squares of 12 pixels at every second one, scaled to the photograph", () => {
    // 2 rows, 3 columns; the only face is at row 1, column 2
    const probability = new Float32Array(12);
    probability.set([0, 0, 0, 0, 0, 0.75], 6);
    const correction = Float32Array.from({ length: 24 }, (_, i) => i / 32);
    const outputs = {
      conv4_2_output: new Tensor(correction, [1, 4, 2, 3]),
      prob1_output: new Tensor(probability, [1, 2, 2, 3]),
    };
    const [proposal, ...others] = readProposals(
      outputs,
      { width: 16, height: 14 },
      { width: 32, height: 56 },
    );
    expect(others).toEqual([]);
    // pixels 4 to 16 of the level's 16 columns, 2 to 14 of its 14 rows
    expect(proposal?.box).toEqual({ left: 8, top: 8, right: 32, bottom: 56 });
    expect(proposal?.score).toBe(0.75);
    expect(proposal?.edges).toEqual([5 / 32, 11 / 32, 17 / 32, 23 / 32]);
  });

  it("are dropped at the threshold, and where a surer one covers more than half", () => {
    const probability = Float32Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0.9, 0.8, 0.7, 0.6);
    const outputs = {
      conv4_2_output: new Tensor(new Float32Array(24), [1, 4, 1, 6]),
      prob1_output: new Tensor(probability, [1, 2, 1, 6]),
    };
    const size = { width: 22, height: 12 };
    // columns 2 and 3 overlap by 10/14, columns 2 and 4 by 8/16, which is not more than half
    expect(readProposals(outputs, size, size).map(({ box }) => box.left)).toEqual([4, 8]);
  });

  it("must be det1's", () => {
    const outputs = { softmax_output: new Tensor(new Float32Array(2), [1, 2]) };
    const size = { width: 12, height: 12 };
    expect(() => readProposals(outputs, size, size)).toThrow(
      "the network has no float32 output prob1_output, but softmax_output",
    );
  });
});

describe("det3's answers", () => {
  const boxes = [0, 1, 2].map((i) => ({ left: 100 * i, top: 10, right: 100 * i + 50, bottom: 60 }));
  // x of the five landmarks, then y
  const landmarks = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1];

  it("are the squares above the threshold, corrected, with landmarks in the square as it was", () => {
    const outputs = {
      conv6_3_output: new Tensor(
        Float32Array.from([...landmarks, ...landmarks, ...landmarks]),
        [3, 10],
      ),
      conv6_2_output: new Tensor(
        Float32Array.of(0, 0, 0, 0, 0.5, 0.25, -0.5, 0, 0, 0, 0, 0),
        [3, 4],
      ),
      prob1_output: new Tensor(Float32Array.of(0.5, 0.5, 0.1, 0.9, 0.25, 0.75), [3, 2]),
    };
    const [face, ...others] = readFaces(outputs, boxes);
    expect(others).toEqual([]);
    expect(face?.box).toEqual({ left: 125, top: 22.5, right: 125, bottom: 60 });
    expect(face?.score).toBe(Math.fround(0.9));
    const points = Object.entries(face?.landmarks ?? {}).map(([name, { x, y }]) => [
      name,
      Math.round(x),
      Math.round(y),
    ]);
    expect(points).toEqual([
      ["leftEye", 105, 40],
      ["rightEye", 110, 45],
      ["nose", 115, 50],
      ["leftMouthCorner", 120, 55],
      ["rightMouthCorner", 125, 60],
    ]);
  });

  it("are one face where a box lies in another", () => {
    const large = { box: { left: 0, top: 0, right: 100, bottom: 100 }, score: 0.99 };
    const inside = { box: { left: 20, top: 20, right: 60, bottom: 60 }, score: 0.95 };
    const beside = { box: { left: 80, top: 20, right: 120, bottom: 60 }, score: 0.9 };
    expect(mergeFaces([inside, beside, large])).toEqual([large, beside]);
  });
});

describe("RetinaFace's answers", () => {
  const answer = (scores: number[], corrections: number[]) => ({
    face_rpn_cls_prob_reshape_stride16_output: new Tensor(Float32Array.from(scores), [1, 4, 1, 2]),
    face_rpn_bbox_pred_stride16_output: new Tensor(Float32Array.from(corrections), [1, 8, 1, 2]),
  });
  const size = { width: 32, height: 16 };

  it("are anchors of 128 and 64 pixels around the middle of each 16", () => {
    const outputs = answer([0, 0, 0, 0, 0.9, 0, 0, 0.8], new Array(16).fill(0));
    expect(readAnchors(outputs, size, size)).toEqual([
      {
        box: { left: 8 - 64, top: 8 - 64, right: 8 + 64, bottom: 8 + 64 },
        score: Math.fround(0.9),
      },
      {
        box: { left: 24 - 32, top: 8 - 32, right: 24 + 32, bottom: 8 + 32 },
        score: Math.fround(0.8),
      },
    ]);
  });

  it("are moved by shares of the anchor, stretched by powers of e, and scaled", () => {
    // the second place of the second anchor: x 0.5, y -0.25, width e^ln2, height e^0
    const corrections = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0.5, 0, -0.25, 0, Math.LN2, 0, 0];
    const [face] = readAnchors(answer([0, 0, 0, 0, 0, 0, 0, 0.8], corrections), size, {
      width: 64,
      height: 48,
    });
    // centre (24 + 32, 8 - 16), 128 x 64; the photograph is twice as wide and three times as high
    expect(face?.box.left).toBeCloseTo(2 * (56 - 64), 4);
    expect(face?.box.right).toBeCloseTo(2 * (56 + 64), 4);
    expect(face?.box.top).toBeCloseTo(3 * (-8 - 32), 4);
    expect(face?.box.bottom).toBeCloseTo(3 * (-8 + 32), 4);
  });
});
