import { describe, expect, it } from "vitest";
import { PredictError } from "../src/index.js";
import { RunQueue } from "../src/run-queue.js";

function gate(): { wait: Promise<void>; open: () => void } {
  let open = (): void => {};
  const wait = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { wait, open };
}

describe("a run queue", () => {
  it("starts the first task before it returns, and the others one after the other", async () => {
    const queue = new RunQueue();
    const log: string[] = [];
    const { wait, open } = gate();
    const first = queue.run(async () => {
      log.push("first begins");
      await wait;
      log.push("first ends");
      return 1;
    });
    const second = queue.run(async () => {
      log.push("second begins");
      return 2;
    });
    expect(log).toEqual(["first begins"]);
    expect(queue.busy).toBe(true);
    open();
    expect(await Promise.all([first, second])).toEqual([1, 2]);
    expect(log).toEqual(["first begins", "first ends", "second begins"]);
    expect(queue.busy).toBe(false);
    expect(await queue.run(async () => 3).then(() => queue.busy)).toBe(false);
  });

  it("goes on after a task that fails", async () => {
    const queue = new RunQueue();
    const failing = queue.run(async () => {
      throw new Error("no");
    });
    const next = queue.run(async () => "next");
    await expect(failing).rejects.toThrow("no");
    expect(await next).toBe("next");
  });

  it("drops a waiting task when its signal aborts, and never starts it", async () => {
    const queue = new RunQueue();
    const { wait, open } = gate();
    const first = queue.run(() => wait);
    const abort = new AbortController();
    let started = false;
    const second = queue.run(async () => {
      started = true;
    }, abort.signal);
    const third = queue.run(async () => "third");
    const reason = new Error("not needed");
    abort.abort(reason);
    await expect(second).rejects.toMatchObject({ code: "aborted", cause: reason });
    open();
    await first;
    expect(await third).toBe("third");
    expect(started).toBe(false);
  });

  it("refuses a task whose signal is aborted already", async () => {
    const queue = new RunQueue();
    await expect(queue.run(async () => 1, AbortSignal.abort())).rejects.toMatchObject({
      code: "aborted",
    });
    expect(queue.busy).toBe(false);
  });

  it("lets a task that has begun go on to its end", async () => {
    const queue = new RunQueue();
    const abort = new AbortController();
    const { wait, open } = gate();
    const running = queue.run(async () => {
      await wait;
      return "done";
    }, abort.signal);
    abort.abort();
    open();
    expect(await running).toBe("done");
  });

  it("drops all waiting tasks on request", async () => {
    const queue = new RunQueue();
    const { wait, open } = gate();
    const first = queue.run(() => wait);
    const others = [queue.run(async () => 2), queue.run(async () => 3)];
    queue.dropWaiting(new PredictError("disposed", "gone"));
    for (const other of others) await expect(other).rejects.toMatchObject({ code: "disposed" });
    open();
    await first;
  });

  it("runs as many tasks at a time as its limit, and begins the others in order", async () => {
    const queue = new RunQueue(2);
    const gates = [gate(), gate(), gate(), gate()];
    const begun: number[] = [];
    const tasks = gates.map(({ wait }, i) =>
      queue.run(() => {
        begun.push(i);
        return wait;
      }),
    );
    expect(begun).toEqual([0, 1]);
    expect([queue.running, queue.waiting, queue.full]).toEqual([2, 2, true]);
    gates[1]?.open();
    await tasks[1];
    expect(begun).toEqual([0, 1, 2]);
    gates[0]?.open();
    await tasks[0];
    expect(begun).toEqual([0, 1, 2, 3]);
    expect([queue.running, queue.waiting]).toEqual([2, 0]);
    gates[2]?.open();
    await tasks[2];
    expect(queue.full).toBe(false);
    gates[3]?.open();
    await tasks[3];
    expect(queue.busy).toBe(false);
  });

  it("refuses a task when as many wait as may", async () => {
    const queue = new RunQueue(1, 1);
    const { wait, open } = gate();
    const first = queue.run(() => wait);
    const abort = new AbortController();
    const second = queue.run(async () => 2, abort.signal);
    await expect(queue.run(async () => 3)).rejects.toMatchObject({
      code: "busy",
      message: "1 runs wait already, no more may",
    });
    abort.abort();
    await expect(second).rejects.toMatchObject({ code: "aborted" });
    const fourth = queue.run(async () => 4);
    open();
    await first;
    expect(await fourth).toBe(4);
  });

  it("without room to wait takes a task only when it can begin", async () => {
    const queue = new RunQueue(1, 0);
    expect(await queue.run(async () => 1)).toBe(1);
    const { wait, open } = gate();
    const running = queue.run(() => wait);
    await expect(queue.run(async () => 2)).rejects.toMatchObject({ code: "busy" });
    open();
    await running;
    expect(await queue.run(async () => 3)).toBe(3);
  });

  it("tells when nothing runs or waits any more", async () => {
    const queue = new RunQueue();
    await queue.idle();
    const [a, b] = [gate(), gate()];
    const tasks = [queue.run(() => a.wait), queue.run(() => b.wait)];
    let idle = false;
    const waiting = queue.idle().then(() => {
      idle = true;
    });
    a.open();
    await tasks[0];
    expect(idle).toBe(false);
    b.open();
    await waiting;
    expect(queue.busy).toBe(false);
    await Promise.all(tasks);
  });
});
