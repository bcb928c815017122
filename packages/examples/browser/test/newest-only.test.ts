import { expect, it } from "vitest";
import { NewestOnly } from "../src/page/newest-only.js";

/** Work that ends when it is told to. */
function heldWork() {
  const begun: number[] = [];
  const ends: (() => void)[] = [];
  const work = (item: number): Promise<void> => {
    begun.push(item);
    return new Promise((resolve) => {
      ends.push(resolve);
    });
  };
  const end = async (): Promise<void> => {
    ends.shift()?.();
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { begun, work, end };
}

it("works on the first at once, then on the newest, and drops what was overtaken", async () => {
  const { begun, work, end } = heldWork();
  const dropped: number[] = [];
  const queue = new NewestOnly(work, (item) => dropped.push(item));
  expect(queue.idle).toBe(true);
  for (const item of [1, 2, 3, 4]) queue.offer(item);
  expect(begun).toEqual([1]);
  expect(queue.idle).toBe(false);
  expect(dropped).toEqual([2, 3]);
  await end();
  expect(begun).toEqual([1, 4]);
  await end();
  expect(queue.idle).toBe(true);
  queue.offer(5);
  expect(begun).toEqual([1, 4, 5]);
});

it("forgets what waits when it is cleared", async () => {
  const { begun, work, end } = heldWork();
  const dropped: number[] = [];
  const queue = new NewestOnly(work, (item) => dropped.push(item));
  queue.offer(1);
  queue.offer(2);
  queue.clear();
  await end();
  expect(begun).toEqual([1]);
  expect(dropped).toEqual([2]);
  expect(queue.idle).toBe(true);
});
