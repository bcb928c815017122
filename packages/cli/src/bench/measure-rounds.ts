/** Measures runs of several predictors in turns, so that what else the machine does meets them all. */
import type { Feeds, Predictor } from "@libpredict/core";
import type { ShareDone } from "../progress-bar.js";

/** When to stop: after so many runs of each predictor, or after so much time for each. */
export type Extent = { readonly runs: number } | { readonly seconds: number };

/** How long one turn of a predictor takes, in ms, where a run does not take longer. */
const turnMs = 40;
/** Runs that take less, in ms, are measured on this thread: the way to another one and back costs 0.1 ms. */
const shortMs = 20;
const warmUps = 3;
/** However little time there is. */
const leastRuns = 3;
const mostRuns = 1_000_000;

/** Times of one predictor's runs, in ms. */
export interface MeasuredRuns {
  /** The first run, which nothing was warm for. */
  readonly firstMs: number;
  /** The runs after it and the warm-ups, in the order in which they took place. */
  readonly times: readonly number[];
}

/**
 * Measures predictors: the first run of each, a few to warm up, then turns of about 40 ms.
 *
 * @param predictors - each is fed the same
 * @param signal - ends it between two runs
 * @throws PredictError as `predictor.run`; what the signal was aborted with
 */
export async function measureRounds(
  predictors: readonly Predictor[],
  feeds: Feeds,
  extent: Extent,
  signal: AbortSignal,
  done: ShareDone = () => undefined,
): Promise<MeasuredRuns[]> {
  const candidates: Candidate[] = [];
  for (const predictor of predictors) {
    const firstMs = await timedRun(predictor, feeds, signal);
    let last = firstMs;
    for (let i = 0; i < warmUps; i++) last = await timedRun(predictor, feeds, signal);
    candidates.push({ predictor, firstMs, short: last < shortMs, times: [], spentMs: 0 });
  }
  for (;;) {
    const share = Math.min(...candidates.map((candidate) => shareOf(candidate, extent)));
    if (share >= 1) return candidates.map(({ firstMs, times }) => ({ firstMs, times }));
    done(share);
    for (const candidate of candidates) {
      const end = performance.now() + turnMs;
      while (shareOf(candidate, extent) < 1) {
        const time = candidate.short
          ? timedRunSync(candidate.predictor, feeds)
          : await timedRun(candidate.predictor, feeds, signal);
        candidate.times.push(time);
        candidate.spentMs += time;
        if (performance.now() >= end) break;
      }
      // Runs on this thread leave signals no time.
      await new Promise((resolve) => setImmediate(resolve));
      signal.throwIfAborted();
    }
  }
}

/** A predictor that is being measured. */
interface Candidate {
  readonly predictor: Predictor;
  readonly firstMs: number;
  readonly short: boolean;
  readonly times: number[];
  /** Sum of the times. */
  spentMs: number;
}

/** How far a predictor is: 1 or more when it is done. */
function shareOf({ times, spentMs }: Candidate, extent: Extent): number {
  if ("runs" in extent) return times.length / extent.runs;
  const share = Math.min(times.length / leastRuns, spentMs / (1000 * extent.seconds));
  return Math.max(share, times.length / mostRuns);
}

async function timedRun(predictor: Predictor, feeds: Feeds, signal: AbortSignal): Promise<number> {
  const start = performance.now();
  await predictor.run(feeds, { signal });
  return performance.now() - start;
}

function timedRunSync(predictor: Predictor, feeds: Feeds): number {
  const start = performance.now();
  predictor.runSync(feeds);
  return performance.now() - start;
}
