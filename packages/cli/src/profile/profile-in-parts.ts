/** Profiles a predictor in parts, so that it can be seen how far it is. */
import type { Feeds, NodeProfile, Predictor, RunProfile } from "@libpredict/core";
import type { ShareDone } from "../progress-bar.js";

/** How long one part takes, in ms, where a run does not take longer. */
const partMs = 100;
/** How long to go on where no number of runs is given, in ms; slow models still get the least number. */
const budgetMs = 2000;
const leastRuns = 3;
const mostRuns = 10_000;
const warmUps = 3;

/**
 * Runs a predictor a few times to warm up, then measures its nodes.
 *
 * @param runs - how many to measure; undefined: as many as two seconds take
 * @param signal - ends it between two runs
 * @throws PredictError as `predictor.profile`
 */
export async function profileInParts(
  predictor: Predictor,
  feeds: Feeds,
  runs: number | undefined,
  signal: AbortSignal,
  done: ShareDone = () => undefined,
): Promise<RunProfile> {
  const part = (count: number): Promise<RunProfile> =>
    predictor.profile(feeds, { runs: count, warmUps: 0, signal });
  await predictor.profile(feeds, { runs: 1, warmUps: warmUps - 1, signal });
  const begin = performance.now();
  let profile = await part(1);
  for (;;) {
    const elapsed = performance.now() - begin;
    const left = (runs ?? mostRuns) - profile.runs;
    const enough = runs === undefined && profile.runs >= leastRuns && elapsed >= budgetMs;
    if (left <= 0 || enough) return profile;
    done(runs === undefined ? Math.min(1, elapsed / budgetMs) : profile.runs / runs);
    const perRun = elapsed / profile.runs;
    profile = joined(profile, await part(Math.min(left, Math.max(1, Math.round(partMs / perRun)))));
  }
}

/** Two profiles of the same plan as one. */
export function joined(a: RunProfile, b: RunProfile): RunProfile {
  const runs = a.runs + b.runs;
  const mean = (x: { readonly meanMs: number }, y: { readonly meanMs: number }): number =>
    (x.meanMs * a.runs + y.meanMs * b.runs) / runs;
  const meanMs = mean(a, b);
  const nodes = a.nodes.map((node, i): NodeProfile => {
    const other = b.nodes[i] as NodeProfile;
    const own = mean(node, other);
    return {
      ...node,
      leastMs: Math.min(node.leastMs, other.leastMs),
      meanMs: own,
      share: meanMs > 0 ? own / meanMs : 0,
      gflops: own > 0 ? (2 * node.multiplyAdds) / (own * 1e6) : 0,
    };
  });
  return { runs, meanMs, nodes };
}
