import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Image } from "@libpredict/core";
import { beforeEach, describe, expect, it } from "vitest";
import { expectOutput, type OutputSummary } from "../../../conformance/test/output-summary.js";
import { decodePhotograph } from "../../../conformance/test/photograph.js";
import type { NetworkRun } from "../src/face.js";
import { RetinaFaceDetector } from "../src/retinaface.js";
import { detectorModels, photograph } from "./detector-models.js";

interface Golden {
  readonly sha256: string;
  readonly minSize: number;
  readonly runs: readonly {
    readonly input: readonly number[];
    readonly outputs: readonly OutputSummary[];
  }[];
  readonly faces: readonly { readonly box: readonly number[]; readonly score: number }[];
}

const goldenFile = fileURLToPath(new URL("../goldens/retinaface.json", import.meta.url));
const golden = JSON.parse(readFileSync(goldenFile, "utf8")) as Golden;
const { folder, skip } = detectorModels("retinaface");

describe("RetinaFace on a photograph", () => {
  let image: Image;
  let sha256: string;

  beforeEach(async (context) => {
    context.skip(skip !== undefined, skip);
    const { rgb, width, height, ...rest } = await decodePhotograph(photograph);
    ({ sha256 } = rest);
    image = { width, height, channels: 3, data: rgb };
  });

  it("answers as the reference on every level of the pyramid, and finds the same faces", async () => {
    expect(sha256).toBe(golden.sha256);
    const runs: NetworkRun[] = [];
    const { minSize } = golden;
    using detector = await RetinaFaceDetector.load(folder, {
      minSize,
      onRun: (run) => runs.push(run),
    });
    const faces = await detector.detect(image);

    expect(runs.map(({ input }) => input)).toEqual(golden.runs.map(({ input }) => input));
    let worst = 0;
    for (const [i, { outputs }] of golden.runs.entries()) {
      const tensors = Object.values(runs[i]?.outputs ?? {});
      expect(tensors.length).toBe(outputs.length);
      for (const [k, kept] of outputs.entries()) {
        const { shape, data } = tensors[k] ?? { shape: [], data: new Float32Array() };
        const what = `level ${i}, output ${k}`;
        worst = Math.max(worst, expectOutput(what, shape, data as Float32Array, kept));
      }
    }

    expect(faces.length).toBe(golden.faces.length);
    let farthest = 0;
    for (const [i, { box, score }] of golden.faces.entries()) {
      const { left, top, right, bottom } = faces[i]?.box ?? {
        left: 0,
        top: 0,
        right: 0,
        bottom: 0,
      };
      expect(Math.abs((faces[i]?.score ?? 0) - score)).toBeLessThan(1e-4);
      for (const [k, edge] of [left, top, right, bottom].entries())
        farthest = Math.max(farthest, Math.abs(edge - (box[k] ?? Number.NaN)));
    }
    expect(farthest).toBeLessThan(0.05);
    console.log(
      `retinaface: error ${worst.toExponential(1)} of the largest output; boxes ${farthest.toExponential(1)} pixels away at most`,
    );
  });

  it("finds no face in a gray image, and none in one that is too small", async () => {
    using detector = await RetinaFaceDetector.load(folder);
    const gray = {
      width: 90,
      height: 64,
      channels: 1 as const,
      data: new Uint8Array(5760).fill(99),
    };
    expect(await detector.detect(gray)).toEqual([]);
    const tiny = { width: 39, height: 39, channels: 1 as const, data: new Uint8Array(39 * 39) };
    expect(await detector.detect(tiny)).toEqual([]);
  });
});
