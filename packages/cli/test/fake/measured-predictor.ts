/** A predictor that does nothing but write down what it was asked. */
import type { Predictor, ProfileOptions, RunProfile } from "@libpredict/core";

/** What was called, such as `run a`. */
export type Calls = string[];

/** Which is `name`; `took` is called in each of its runs. */
export function measuredPredictor(
  name: string,
  calls: Calls,
  took: () => void = () => undefined,
): Predictor {
  const fake = {
    async run() {
      calls.push(`run ${name}`);
      took();
      return {};
    },
    runSync() {
      calls.push(`runSync ${name}`);
      took();
      return {};
    },
    async profile(_feeds: unknown, { runs = 0, warmUps = 0, signal }: ProfileOptions) {
      calls.push(`profile ${runs} after ${warmUps}`);
      for (let i = 0; i < runs + warmUps; i++) took();
      signal?.throwIfAborted();
      const node = { name: "n", op: "o", algorithm: "a", multiplyAdds: 3e6, bytes: 4 };
      const time = { leastMs: runs, meanMs: runs, share: 1, gflops: 6 / runs };
      return { runs, meanMs: runs, nodes: [{ ...node, ...time }] } satisfies RunProfile;
    },
  };
  return fake as unknown as Predictor;
}
