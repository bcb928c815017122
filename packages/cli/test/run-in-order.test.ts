import { setTimeout as wait } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { runInOrder } from "../src/run-in-order.js";

describe("runInOrder", () => {
  it("gives results in the items' order, with no more at a time than allowed", async () => {
    let [now, most] = [0, 0];
    const results: number[] = [];
    for await (const result of runInOrder([50, 1, 20, 5, 1], 2, async (ms) => {
      most = Math.max(most, ++now);
      await wait(ms);
      now--;
      return ms;
    }))
      results.push(result);
    expect(results).toEqual([50, 1, 20, 5, 1]);
    expect(most).toBe(2);
  });

  it("ends with the first failure, after the results before it", async () => {
    const results: number[] = [];
    const run = async (): Promise<void> => {
      for await (const result of runInOrder([1, 2, 3, 4], 4, async (item) => {
        // The later one fails first, and may not be an unhandled rejection.
        if (item > 1) throw new Error(`item ${item}`);
        await wait(10);
        return item;
      }))
        results.push(result);
    };
    await expect(run()).rejects.toThrow("item 2");
    expect(results).toEqual([1]);
  });
});
