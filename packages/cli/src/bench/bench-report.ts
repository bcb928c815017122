/** What `bench` finds out about a model: one object, which is also its `--json`. */
import type { PredictorStats, TensorInfo } from "@libpredict/core";
import { mean, median, percentile } from "../order-statistics.js";
import type { MeasuredRuns } from "./measure-rounds.js";

/** A model's runs with one number of threads. Times in milliseconds. */
export interface ThreadsReport {
  readonly threads: number;
  /** To make the predictor; the first one also packs the weights. */
  readonly createMs: number;
  readonly firstMs: number;
  /** Runs that were measured, the first and the warm-ups not among them. */
  readonly runs: number;
  readonly leastMs: number;
  readonly medianMs: number;
  /** 95 of 100 runs took no longer. */
  readonly p95Ms: number;
  readonly meanMs: number;
  /** At the median. */
  readonly imagesPerSecond: number;
  /** Thousand millions of operations a second at the median, two for each multiply-add. */
  readonly gflops: number;
  /** Bytes that the predictor occupies besides the model. */
  readonly memory: {
    readonly activations: number;
    readonly scratch: number;
    readonly plan: number;
  };
}

/** How fast a model is. */
export interface BenchReport {
  readonly model: string;
  /** Where the weights come from: the model's file, or drawn at random because there is none. */
  readonly weights: "file" | "random";
  readonly inputs: readonly TensorInfo[];
  readonly outputs: readonly TensorInfo[];
  /** Images in one run: the first dimension of the first input. */
  readonly batch: number;
  readonly multiplyAdds: number;
  /** Milliseconds from the files to a model. */
  readonly loadMs: number;
  /** Bytes that the model occupies. */
  readonly memory: { readonly weights: number; readonly packed: number };
  /** In the order in which numbers of threads were given. */
  readonly results: readonly ThreadsReport[];
}

/** The report on one number of threads. */
export function reportThreads(
  createMs: number,
  { firstMs, times }: MeasuredRuns,
  stats: PredictorStats,
  batch: number,
  multiplyAdds: number,
): ThreadsReport {
  const sorted = [...times].sort((a, b) => a - b);
  const medianMs = median(sorted);
  return {
    threads: stats.threads,
    createMs,
    firstMs,
    runs: times.length,
    leastMs: sorted[0] ?? Number.NaN,
    medianMs,
    p95Ms: percentile(sorted, 0.95),
    meanMs: mean(sorted),
    imagesPerSecond: (1000 * batch) / medianMs,
    gflops: (2 * multiplyAdds) / (medianMs * 1e6),
    memory: {
      activations: stats.arenaBytes,
      scratch: stats.scratchBytes,
      plan: stats.planBytes,
    },
  };
}
