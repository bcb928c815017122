import { expect, it } from "vitest";
import { CallQueue } from "../src/call-queue.js";

const unexpected = (error: unknown): void => {
  throw error;
};

it("starts as many calls as the limit allows, and the others in order", () => {
  const queue = new CallQueue(2);
  const started: number[] = [];
  const ends: (() => void)[] = [];
  for (let i = 0; i < 4; i++)
    queue.submit((done) => {
      started.push(i);
      ends.push(done);
    }, unexpected);
  expect(started).toEqual([0, 1]);
  ends[1]?.();
  expect(started).toEqual([0, 1, 2]);
  ends[0]?.();
  ends[2]?.();
  expect(started).toEqual([0, 1, 2, 3]);
  expect(queue.inFlight).toBe(1);
});

it("tells a call that it could not be started, and goes on with the next", () => {
  const queue = new CallQueue(1);
  const failures: unknown[] = [];
  const started: string[] = [];
  const error = new Error("detached");
  queue.submit(
    () => {
      throw error;
    },
    (e) => failures.push(e),
  );
  queue.submit(() => started.push("second"), unexpected);
  expect(failures).toEqual([error]);
  expect(started).toEqual(["second"]);
});

it("waits and tries again when other users of koffi leave no room", async () => {
  const queue = new CallQueue(4);
  let attempts = 0;
  await new Promise<void>((resolve) => {
    queue.submit((done) => {
      attempts++;
      if (attempts < 3) throw new Error("Too many asynchronous calls are running");
      done();
      resolve();
    }, unexpected);
  });
  expect(attempts).toBe(3);
  expect(queue.inFlight).toBe(0);
});
