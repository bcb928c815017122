import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Image } from "@libpredict/core";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { expectOutput, type OutputSummary } from "../../../conformance/test/output-summary.js";
import { decodePhotograph } from "../../../conformance/test/photograph.js";
import type { Candidate, NetworkRun } from "../src/face.js";
import { MtcnnDetector } from "../src/mtcnn.js";
import { detectorModels, photograph as photographFile } from "./detector-models.js";

/** left, top, right, bottom, score */
type Row = readonly [number, number, number, number, number];

interface Golden {
  readonly width: number;
  readonly height: number;
  readonly sha256: string;
  readonly minSize: number;
  readonly det1: readonly {
    readonly input: readonly number[];
    readonly outputs: readonly OutputSummary[];
  }[];
  readonly proposed: readonly Row[];
  readonly det2: readonly OutputSummary[];
  readonly refined: readonly Row[];
  readonly det3: readonly OutputSummary[];
  readonly faces: readonly {
    readonly box: readonly number[];
    readonly score: number;
    readonly landmarks: readonly (readonly number[])[];
  }[];
}

const goldenFile = fileURLToPath(new URL("../goldens/mtcnn-cascade.json", import.meta.url));
const golden = JSON.parse(readFileSync(goldenFile, "utf8")) as Golden;
const { folder, skip } = detectorModels("mtcnn");

const candidates = (rows: readonly Row[]): Candidate[] =>
  rows.map(([left, top, right, bottom, score]) => ({ box: { left, top, right, bottom }, score }));

/** The squares are whole pixels: a coordinate may be rounded the other way. */
function expectCandidates(actual: readonly Candidate[], expected: readonly Row[]): void {
  expect(actual.length).toBe(expected.length);
  for (const [i, { box, score }] of candidates(expected).entries()) {
    const got = actual[i];
    expect(Math.abs((got?.score ?? 0) - score), `score ${i}`).toBeLessThan(1e-4);
    for (const edge of ["left", "top", "right", "bottom"] as const)
      expect(Math.abs((got?.box[edge] ?? 0) - box[edge]), `${edge} ${i}`).toBeLessThanOrEqual(2);
  }
}

/** An output of several runs as if their batches had been one. */
function joined(
  runs: readonly NetworkRun[],
  index: number,
): { shape: number[]; data: Float32Array } {
  const tensors = runs.flatMap(({ outputs }) => Object.values(outputs)[index] ?? []);
  const rows = tensors.reduce((sum, { shape }) => sum + (shape[0] ?? 0), 0);
  const data = Float32Array.from(tensors.flatMap((tensor) => Array.from(tensor.data, Number)));
  return { shape: [rows, ...(tensors[0]?.shape.slice(1) ?? [])], data };
}

/** Whole batches, and one with the rest. */
function expectBatches(runs: readonly NetworkRun[], batch: number, count: number): void {
  const sizes = new Array(Math.floor(count / batch)).fill(batch);
  expect(runs.map(({ input }) => input[0])).toEqual([...sizes, count % batch]);
}

function expectOutputs(runs: readonly NetworkRun[], expected: readonly OutputSummary[]): number {
  expect(Object.keys(runs[0]?.outputs ?? {}).length).toBe(expected.length);
  return Math.max(
    ...expected.map((kept, index) => {
      const { shape, data } = joined(runs, index);
      return expectOutput(`${runs[0]?.network} output ${index}`, shape, data, kept);
    }),
  );
}

describe("the MTCNN cascade on a photograph", () => {
  let image: Image;
  let sha256: string;
  let detector: MtcnnDetector | undefined;
  let runs: NetworkRun[] = [];

  beforeEach(async (context) => {
    context.skip(skip !== undefined, skip);
    if (detector === undefined) {
      const photograph = await decodePhotograph(photographFile);
      ({ sha256 } = photograph);
      image = {
        width: photograph.width,
        height: photograph.height,
        channels: 3,
        data: photograph.rgb,
      };
      const { minSize } = golden;
      detector = await MtcnnDetector.load(folder, { minSize, onRun: (run) => runs.push(run) });
    }
    runs = [];
  });
  afterAll(() => detector?.dispose());

  it("sees the pixels that the reference saw", () => {
    const { width, height } = image;
    expect({ width, height, sha256 }).toEqual({
      width: golden.width,
      height: golden.height,
      sha256: golden.sha256,
    });
  });

  it("det1 answers as the reference on every level of the pyramid, and proposes the same squares", async () => {
    const proposed = await detector?.propose(image);
    expect(runs.map(({ input }) => input)).toEqual(golden.det1.map(({ input }) => input));
    const errors = golden.det1.map(({ outputs }, i) =>
      expectOutputs(runs.slice(i, i + 1), outputs),
    );
    console.log(`det1: error ${Math.max(...errors).toExponential(1)} of the largest output`);
    expectCandidates(proposed ?? [], golden.proposed);
  });

  it("det2 answers as the reference on the reference's squares, and keeps the same", async () => {
    const refined = await detector?.refine(image, candidates(golden.proposed));
    expectBatches(runs, 64, golden.proposed.length);
    const error = expectOutputs(runs, golden.det2);
    console.log(`det2: error ${error.toExponential(1)} of the largest output`);
    expectCandidates(refined ?? [], golden.refined);
  });

  it("det3 answers as the reference on the reference's squares, and finds the same faces", async () => {
    const faces = await detector?.locate(image, candidates(golden.refined));
    expectBatches(runs, 16, golden.refined.length);
    const error = expectOutputs(runs, golden.det3);
    console.log(`det3: error ${error.toExponential(1)} of the largest output`);
    expectFaces(faces ?? [], 0.01);
  });

  it("finds the reference's faces and landmarks from end to end", async () => {
    const faces = (await detector?.detect(image)) ?? [];
    console.log(`end to end: ${expectFaces(faces, 2).toExponential(1)} pixels away at most`);
  });

  it("finds them again in a second photograph of another size, and none where there are none", async () => {
    const { width, channels } = image;
    const lower = {
      width,
      height: 400,
      channels,
      data: image.data.subarray(0, 400 * width * channels),
    };
    const upper = (await detector?.detect(lower)) ?? [];
    expect(upper.length).toBe(golden.faces.filter(({ box }) => (box[3] ?? 0) < 400).length);
    const gray = {
      width: 80,
      height: 60,
      channels: 1 as const,
      data: new Uint8Array(4800).fill(99),
    };
    expect(await detector?.detect(gray)).toEqual([]);
    const tiny = { width: 11, height: 9, channels: 1 as const, data: new Uint8Array(99) };
    expect(await detector?.detect(tiny)).toEqual([]);
  });

  it("stops before its next run when it is aborted", async () => {
    const abort = new AbortController();
    const stopping = await MtcnnDetector.load(folder, {
      onRun: () => {
        abort.abort(new Error("enough"));
        runs.push({} as NetworkRun);
      },
    });
    await expect(stopping.detect(image, { signal: abort.signal })).rejects.toThrow("enough");
    expect(runs.length).toBe(1);
    stopping.dispose();
  });

  /** How far the farthest edge or landmark is away, in pixels. */
  function expectFaces(
    faces: Awaited<ReturnType<MtcnnDetector["detect"]>>,
    allowed: number,
  ): number {
    expect(faces.length).toBe(golden.faces.length);
    let farthest = 0;
    for (const [i, expected] of golden.faces.entries()) {
      const face = faces[i];
      expect(Math.abs((face?.score ?? 0) - expected.score), `score ${i}`).toBeLessThan(1e-3);
      const { left, top, right, bottom } = face?.box ?? { left: 0, top: 0, right: 0, bottom: 0 };
      const points = Object.values(face?.landmarks ?? {}).map(({ x, y }) => [x, y]);
      const actual = [left, top, right, bottom, ...points.flat()] as number[];
      const wanted = [...expected.box, ...expected.landmarks.flat()];
      expect(actual.length).toBe(wanted.length);
      for (const [k, value] of wanted.entries())
        farthest = Math.max(farthest, Math.abs((actual[k] ?? Number.NaN) - value));
    }
    expect(farthest).toBeLessThanOrEqual(allowed);
    return farthest;
  }
});
