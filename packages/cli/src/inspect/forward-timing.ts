/** Measures how long a forward takes. */
import type { Feeds, Predictor } from "@libpredict/core";
import { median } from "../order-statistics.js";
import type { TimeReport } from "./model-report.js";

const leastRuns = 3;
const mostRuns = 10_000;
/** Forwards that take less, in ms, are measured on this thread: the way to another one and back costs 0.1 ms. */
const shortMs = 20;
/** How long to stay on this thread without a look at signals, in ms. */
const blockMs = 50;
/** How long to go on measuring, in ms; slow models still get the least number of runs. */
const budgetMs = 1000;

/**
 * Runs a predictor a few times to warm up, then repeatedly for about a second.
 *
 * @param threads - what the predictor uses
 * @param signal - ends it between two runs
 * @throws PredictError as `predictor.run`
 */
export async function timeForwards(
  predictor: Predictor,
  feeds: Feeds,
  threads: number,
  signal: AbortSignal,
): Promise<TimeReport> {
  let short = false;
  for (let warmUp = 0; warmUp < leastRuns; warmUp++) {
    const start = performance.now();
    await predictor.run(feeds, { signal });
    short = performance.now() - start < shortMs;
  }
  const times: number[] = [];
  const begin = performance.now();
  let looked = begin;
  while (
    times.length < leastRuns ||
    (times.length < mostRuns && performance.now() - begin < budgetMs)
  ) {
    const start = performance.now();
    if (short) predictor.runSync(feeds);
    else await predictor.run(feeds, { signal });
    const end = performance.now();
    times.push(end - start);
    if (end - looked > blockMs) {
      await new Promise((resolve) => setImmediate(resolve));
      looked = performance.now();
    }
    signal.throwIfAborted();
  }
  times.sort((a, b) => a - b);
  return {
    median: median(times),
    fastest: times[0] as number,
    slowest: times.at(-1) as number,
    runs: times.length,
    threads,
  };
}
