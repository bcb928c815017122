/**
 * Runs two small networks: one whose results are known exactly, both on this thread and on
 * libuv's, and one that is timed.
 */
import { type Backend, Model, type Predictor, Tensor, writeNDArrays } from "@libpredict/core";
import type { SelfTestCheck, SelfTestResult } from "./doctor-report.js";

/** Runs the networks. Throws nothing. */
export async function selfTest(backend: Backend): Promise<SelfTestResult> {
  const checks: SelfTestCheck[] = [];
  const attempt = async (name: string, run: () => Promise<void> | void): Promise<void> => {
    try {
      await run();
      checks.push({ name, ok: true, failure: null });
    } catch (error) {
      const failure = error instanceof Error ? error.message : String(error);
      checks.push({ name, ok: false, failure });
    }
  };
  await attempt("results on this thread", () => checkResults(backend, false));
  await attempt("results off the main thread", () => checkResults(backend, true));
  let timed: Timing | undefined;
  await attempt("speed", async () => {
    timed = await timeConvolution(backend);
  });
  return {
    checks,
    threads: timed?.threads ?? null,
    convolutionMs: timed?.ms ?? null,
    multiplyAddsPerSecond: timed ? convolutionMultiplyAdds / (timed.ms / 1000) : null,
  };
}

/** A 3×3 convolution with padding 1, then relu. */
function convolutionSymbol(filters: number): string {
  const attrs = { kernel: "(3, 3)", pad: "(1, 1)", num_filter: String(filters) };
  return JSON.stringify({
    nodes: [
      { op: "null", name: "data", inputs: [] },
      { op: "null", name: "weight", inputs: [] },
      { op: "null", name: "bias", inputs: [] },
      {
        op: "Convolution",
        name: "conv",
        attrs,
        inputs: [
          [0, 0, 0],
          [1, 0, 0],
          [2, 0, 0],
        ],
      },
      { op: "Activation", name: "relu", attrs: { act_type: "relu" }, inputs: [[3, 0, 0]] },
    ],
    arg_nodes: [0, 1, 2],
    heads: [[4, 0, 0]],
  });
}

/** Channels, filters, and the side of the images. */
type Size = readonly [channels: number, filters: number, side: number];

/** Weights of a filter by its number, from 0: all of them the same. */
type WeightOf = (filter: number) => number;

async function withConvolution<T>(
  backend: Backend,
  [channels, filters, side]: Size,
  weightOf: WeightOf,
  body: (predictor: Predictor) => Promise<T>,
): Promise<T> {
  const ofFilter = channels * 9;
  const weight = Float32Array.from({ length: filters * ofFilter }, (_, i) =>
    weightOf(Math.floor(i / ofFilter)),
  );
  const bias = Float32Array.from({ length: filters }, (_, filter) => filter);
  const params = writeNDArrays({
    names: ["arg:weight", "arg:bias"],
    tensors: [new Tensor(weight, [filters, channels, 3, 3]), new Tensor(bias, [filters])],
  });
  const model = await Model.load({ symbol: convolutionSymbol(filters), params }, { backend });
  try {
    const predictor = model.createPredictor({ inputs: { data: [1, channels, side, side] } });
    try {
      return await body(predictor);
    } finally {
      predictor.dispose();
    }
  } finally {
    model.dispose();
  }
}

/**
 * All pixels 1; the weights of filter f are all f - 2, its bias is f. A window covers 4 pixels
 * in a corner, 6 at an edge, 9 inside, of each of 2 channels. All numbers are exact.
 */
async function checkResults(backend: Backend, offThread: boolean): Promise<void> {
  const [channels, filters, side]: Size = [2, 6, 5];
  await withConvolution(
    backend,
    [channels, filters, side],
    (filter) => filter - 2,
    async (predictor) => {
      const feeds = { data: new Float32Array(channels * side * side).fill(1) };
      const outputs = offThread ? await predictor.run(feeds) : predictor.runSync(feeds);
      const [output] = Object.values(outputs);
      const inside = (at: number): number => (at === 0 || at === side - 1 ? 2 : 3);
      for (let f = 0; f < filters; f++)
        for (let y = 0; y < side; y++)
          for (let x = 0; x < side; x++) {
            const expected = Math.max(0, channels * inside(y) * inside(x) * (f - 2) + f);
            const actual = Number(output?.data[(f * side + y) * side + x]);
            if (actual !== expected)
              throw new Error(
                `a convolution gives ${actual} instead of ${expected} at filter ${f}, row ${y}, column ${x}`,
              );
          }
    },
  );
}

interface Timing {
  readonly ms: number;
  readonly threads: number | null;
}

const [timedChannels, timedFilters, timedSide] = [64, 64, 56];
const convolutionMultiplyAdds = timedSide ** 2 * timedFilters * timedChannels * 9;

/** How long to measure, in ms, and how many runs are enough. */
const measureMs = 300;
const measureRuns = 50;

async function timeConvolution(backend: Backend): Promise<Timing> {
  const size: Size = [timedChannels, timedFilters, timedSide];
  return withConvolution(
    backend,
    size,
    () => 0.01,
    async (predictor) => {
      const feeds = { data: new Float32Array(timedChannels * timedSide ** 2).fill(0.01) };
      let best = Number.POSITIVE_INFINITY;
      const end = performance.now() + measureMs;
      for (let run = 0; run < 3 || (run < measureRuns && performance.now() < end); run++) {
        const begin = performance.now();
        predictor.runSync(feeds);
        best = Math.min(best, performance.now() - begin);
      }
      return { ms: best, threads: threadsOf(predictor) };
    },
  );
}

function threadsOf(predictor: Predictor): number | null {
  try {
    return predictor.stats().threads;
  } catch {
    // MXNet's own library cannot tell.
    return null;
  }
}
