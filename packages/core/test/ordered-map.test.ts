import { describe, expect, it } from "vitest";
import { inGroups, mapInOrder } from "../src/ordered-map.js";

/** Work whose items end when the test says so. */
function gates(): {
  work: (item: number, signal: AbortSignal) => Promise<string>;
  open: (item: number) => Promise<void>;
  begun: number[];
  signals: AbortSignal[];
} {
  const waiting = new Map<number, () => void>();
  const begun: number[] = [];
  const signals: AbortSignal[] = [];
  return {
    begun,
    signals,
    work: async (item, signal) => {
      begun.push(item);
      signals.push(signal);
      await new Promise<void>((resolve) => waiting.set(item, resolve));
      if (item < 0) throw new Error(`item ${item}`);
      return `done ${item}`;
    },
    open: async (item) => {
      waiting.get(item)?.();
      await settle();
    },
  };
}
const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 2));
const collect = async <T>(source: AsyncIterable<T>): Promise<T[]> => {
  const all: T[] = [];
  for await (const item of source) all.push(item);
  return all;
};
async function* asyncItems<T>(items: readonly T[], log: string[] = []): AsyncGenerator<T> {
  try {
    for (const item of items) {
      log.push(`gave ${item}`);
      yield item;
    }
    log.push("ended");
  } finally {
    log.push("closed");
  }
}

describe("mapInOrder", () => {
  it("gives the results in the items' order, whichever ends first", async () => {
    const { work, open, begun } = gates();
    const results = collect(mapInOrder([1, 2, 3], 3, work));
    await settle();
    expect(begun).toEqual([1, 2, 3]);
    for (const item of [3, 2, 1]) await open(item);
    expect(await results).toEqual(["done 1", "done 2", "done 3"]);
  });

  it("gives a result at once, without waiting for more items", async () => {
    let give = (_: IteratorResult<number>): void => {};
    const live: AsyncIterable<number> = {
      [Symbol.asyncIterator]: () => ({
        next: () =>
          new Promise((resolve) => {
            give = resolve;
          }),
      }),
    };
    const results = mapInOrder(live, 4, async (item) => item * 10);
    const first = results.next();
    await settle();
    give({ done: false, value: 1 });
    expect(await first).toEqual({ done: false, value: 10 });
    const second = results.next();
    give({ done: false, value: 2 });
    expect(await second).toEqual({ done: false, value: 20 });
    const last = results.next();
    give({ done: true, value: undefined });
    expect(await last).toEqual({ done: true, value: undefined });
  });

  it("takes no more items than there is room for, also when nobody asks for results", async () => {
    const log: string[] = [];
    const done: number[] = [];
    const results = mapInOrder(asyncItems([1, 2, 3, 4, 5], log), 2, async (item) => {
      done.push(item);
      return item;
    });
    expect(log).toEqual([]);
    expect((await results.next()).value).toBe(1);
    await settle();
    expect(done.length).toBeLessThanOrEqual(3);
    const before = [...done];
    await settle();
    expect(done).toEqual(before);
    expect((await results.next()).value).toBe(2);
    await settle();
    expect(done.length).toBeLessThanOrEqual(4);
    expect([(await results.next()).value, (await results.next()).value]).toEqual([3, 4]);
    expect(await collect(results)).toEqual([5]);
    expect(log.slice(-2)).toEqual(["ended", "closed"]);
  });

  it("begins the next item while the caller is busy with a result", async () => {
    const { work, open, begun } = gates();
    const results = mapInOrder(asyncItems([1, 2, 3, 4]), 2, work);
    const first = results.next();
    await settle();
    await open(1);
    expect((await first).value).toBe("done 1");
    const second = results.next();
    await open(2);
    expect((await second).value).toBe("done 2");
    await settle();
    expect(begun).toEqual([1, 2, 3]);
    void results.return();
  });

  it("ends with the error of work that fails, after the results before it", async () => {
    const { work, open, signals } = gates();
    const log: string[] = [];
    const results = mapInOrder(asyncItems([1, -2, 3, 4], log), 3, work);
    const all: string[] = [];
    const ended = (async () => {
      for await (const result of results) all.push(result);
    })();
    ended.catch(() => {});
    await settle();
    await open(-2);
    expect(all).toEqual([]);
    await open(1);
    await expect(ended).rejects.toThrow("item -2");
    expect(all).toEqual(["done 1"]);
    expect(signals.at(-1)?.aborted).toBe(true);
    expect(log.at(-1)).toBe("closed");
  });

  it("ends with the error of the source, after the results before it", async () => {
    const bad = (function* (): Generator<number> {
      yield 1;
      throw new Error("the source broke");
    })();
    const results = mapInOrder(bad, 5, async (item) => item);
    expect((await results.next()).value).toBe(1);
    await expect(results.next()).rejects.toThrow("the source broke");
  });

  it("ends when its signal aborts, and tells the work", async () => {
    const { work, signals } = gates();
    const abort = new AbortController();
    const log: string[] = [];
    const results = mapInOrder(asyncItems([1, 2, 3], log), 2, work, abort.signal);
    const first = results.next();
    await settle();
    const reason = new Error("enough");
    abort.abort(reason);
    await expect(first).rejects.toMatchObject({ code: "aborted", cause: reason });
    expect(signals.map((s) => s.aborted)).toEqual([true, true]);
    expect(log.at(-1)).toBe("closed");
    const never = mapInOrder([1], 1, work, AbortSignal.abort());
    await expect(never.next()).rejects.toMatchObject({ code: "aborted" });
  });

  it("tells the work of the abort at once, also while the caller is busy with a result", async () => {
    const { work, open, signals } = gates();
    const abort = new AbortController();
    const results = mapInOrder([1, 2], 2, work, abort.signal);
    const first = results.next();
    await settle();
    await open(1);
    await first;
    abort.abort();
    expect(signals[1]?.aborted).toBe(true);
    await expect(results.next()).rejects.toMatchObject({ code: "aborted" });
  });

  it("waits until the source has closed when the caller leaves", async () => {
    let closed = false;
    const source = (async function* (): AsyncGenerator<number> {
      try {
        for (let item = 1; ; item++) yield item;
      } finally {
        await settle();
        closed = true;
      }
    })();
    const results = mapInOrder(source, 1, async (i) => i);
    await results.next();
    await settle();
    await results.return();
    expect(closed).toBe(true);
  });

  it("closes the source when the caller leaves", async () => {
    const log: string[] = [];
    for await (const item of mapInOrder(asyncItems([1, 2, 3], log), 1, async (i) => i)) {
      expect(item).toBe(1);
      break;
    }
    expect(log.at(-1)).toBe("closed");
  });

  it("does not wait for a source that never answers when it is aborted", async () => {
    const silent = (async function* (): AsyncGenerator<number> {
      await new Promise(() => {});
      yield 1;
    })();
    const abort = new AbortController();
    const first = mapInOrder(silent, 1, async (i) => i, abort.signal).next();
    await settle();
    abort.abort();
    await expect(first).rejects.toMatchObject({ code: "aborted" });
  });

  it("gives nothing for nothing", async () => {
    expect(await collect(mapInOrder([], 3, async (i) => i))).toEqual([]);
  });
});

describe("inGroups", () => {
  it("puts items together and leaves the rest for the last group", async () => {
    expect(await collect(inGroups([1, 2, 3, 4, 5], 2))).toEqual([[1, 2], [3, 4], [5]]);
    expect(await collect(inGroups(asyncItems([1, 2]), 2))).toEqual([[1, 2]]);
    expect(await collect(inGroups([], 2))).toEqual([]);
  });
});
