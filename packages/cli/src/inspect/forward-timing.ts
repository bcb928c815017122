/** Measures how long a forward takes. */
import type { Feeds, Predictor } from "@libpredict/core";
import type { TimeReport } from "./model-report.js";

const leastRuns = 3;
const mostRuns = 100;
/** How long to go on measuring, in ms; slow models still get the least number of runs. */
const budgetMs = 1000;

/**
 * Runs a predictor once to warm up, then repeatedly for about a second.
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
  await predictor.run(feeds, { signal });
  const times: number[] = [];
  const begin = performance.now();
  while (
    times.length < leastRuns ||
    (times.length < mostRuns && performance.now() - begin < budgetMs)
  ) {
    const start = performance.now();
    await predictor.run(feeds, { signal });
    times.push(performance.now() - start);
    signal.throwIfAborted();
  }
  times.sort((a, b) => a - b);
  const middle = times.length >> 1;
  const at = (i: number): number => times[i] as number;
  return {
    median: times.length % 2 === 1 ? at(middle) : (at(middle - 1) + at(middle)) / 2,
    fastest: at(0),
    slowest: at(times.length - 1),
    runs: times.length,
    threads,
  };
}
