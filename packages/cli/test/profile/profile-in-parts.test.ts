import type { NodeProfile, RunProfile } from "@libpredict/core";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { joined, profileInParts } from "../../src/profile/profile-in-parts.js";
import { type Calls, measuredPredictor } from "../fake/measured-predictor.js";

const node = (name: string, leastMs: number, meanMs: number, share: number): NodeProfile => ({
  name,
  op: "square",
  algorithm: "plain",
  leastMs,
  meanMs,
  share,
  multiplyAdds: 3e6,
  gflops: 6 / meanMs,
  bytes: 8,
});

const never = new AbortController().signal;
const spend = (ms: number) => (): void => void vi.advanceTimersByTime(ms);

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["performance"] });
});
afterEach(() => {
  vi.useRealTimers();
});

describe("a profile in parts", () => {
  it("joins parts as if they were one", () => {
    const a: RunProfile = {
      runs: 1,
      meanMs: 4,
      nodes: [node("a", 1, 1, 0.25), node("b", 3, 3, 1)],
    };
    const b: RunProfile = {
      runs: 3,
      meanMs: 8,
      nodes: [node("a", 2, 5, 0.6), node("b", 2, 3, 0.3)],
    };
    const { runs, meanMs, nodes } = joined(a, b);
    expect(runs).toBe(4);
    expect(meanMs).toBe(7);
    expect(nodes.map((one) => [one.name, one.leastMs, one.meanMs, one.share, one.gflops])).toEqual([
      ["a", 1, 4, 4 / 7, 1.5],
      ["b", 2, 3, 3 / 7, 2],
    ]);
    expect(nodes[0]).toMatchObject({ op: "square", algorithm: "plain", bytes: 8 });
  });

  it("measures exactly as many runs as wanted, after three that do not count", async () => {
    const calls: Calls = [];
    const shares: number[] = [];
    const predictor = measuredPredictor("a", calls, spend(30));
    const profile = await profileInParts(predictor, {}, 12, never, (share) => shares.push(share));
    expect(profile.runs).toBe(12);
    // Parts of about 100 ms.
    const parts = [1, 3, 3, 3, 2].map((runs) => `profile ${runs} after 0`);
    expect(calls).toEqual(["profile 1 after 2", ...parts]);
    expect(shares).toEqual([1 / 12, 4 / 12, 7 / 12, 10 / 12]);
  });

  it("measures for two seconds otherwise, slow models three times", async () => {
    const runsAt = async (ms: number): Promise<number> =>
      (await profileInParts(measuredPredictor("a", [], spend(ms)), {}, undefined, never)).runs;
    expect(await runsAt(100)).toBe(20);
    expect(await runsAt(5000)).toBe(3);
    expect(await runsAt(0.01)).toBe(10_000);
  });

  it("ends when it is aborted", async () => {
    const abort = new AbortController();
    const calls: Calls = [];
    const predictor = measuredPredictor("a", calls, () => {
      if (calls.length === 3) abort.abort();
      vi.advanceTimersByTime(1);
    });
    await expect(profileInParts(predictor, {}, 1_000_000, abort.signal)).rejects.toThrow();
    expect(calls).toHaveLength(3);
  });
});
