import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { measureRounds } from "../../src/bench/measure-rounds.js";
import { type Calls, measuredPredictor } from "../fake/measured-predictor.js";

const never = new AbortController().signal;
const spend = (ms: number) => (): void => void vi.advanceTimersByTime(ms);

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["performance"] });
});
afterEach(() => {
  vi.useRealTimers();
});

describe("measuring in turns", () => {
  it("measures exactly as many runs as wanted, after the first and three to warm up", async () => {
    const calls: Calls = [];
    const predictor = measuredPredictor("a", calls, spend(10));
    const [one] = await measureRounds([predictor], {}, { runs: 7 }, never);
    expect(one).toEqual({ firstMs: 10, times: Array.from({ length: 7 }, () => 10) });
    expect(calls).toEqual([
      ...Array.from({ length: 4 }, () => "run a"),
      ...Array.from({ length: 7 }, () => "runSync a"),
    ]);
  });

  it("lets predictors take turns, and runs slow ones on another thread", async () => {
    const calls: Calls = [];
    const all = ["a", "b"].map((name) => measuredPredictor(name, calls, spend(25)));
    const measured = await measureRounds(all, {}, { runs: 4 }, never);
    for (const one of measured) expect(one).toEqual({ firstMs: 25, times: [25, 25, 25, 25] });
    // Turns of 40 ms: two runs each.
    const order = calls.slice(8).map((call) => call.at(-1));
    expect(order.join("")).toBe("aabbaabb");
    expect(calls.every((call) => call.startsWith("run "))).toBe(true);
  });

  it("measures for the time that is wanted, slow ones three times", async () => {
    const shares: number[] = [];
    const all = [1, 30, 80].map((ms) => measuredPredictor("a", [], spend(ms)));
    const measured = await measureRounds(all, {}, { seconds: 0.15 }, never, (s) => shares.push(s));
    expect(measured.map(({ times }) => times.length)).toEqual([150, 5, 3]);
    // The share of the one that is least far: here always the first.
    expect(shares).toEqual([0, 40 / 150, 80 / 150, 120 / 150]);
  });

  it("ends when it is aborted, also where runs are on this thread", async () => {
    const abort = new AbortController();
    const calls: Calls = [];
    const predictor = measuredPredictor("a", calls, () => {
      vi.advanceTimersByTime(1);
      if (calls.length === 50) abort.abort(new Error("enough"));
    });
    const measuring = measureRounds([predictor], {}, { seconds: 60 }, abort.signal);
    await expect(measuring).rejects.toThrow("enough");
    // At the end of the turn.
    expect(calls).toHaveLength(4 + 80);
  });
});
