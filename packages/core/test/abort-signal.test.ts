import { getEventListeners } from "node:events";
import { describe, expect, it } from "vitest";
import { checkSignal, onAbort, throwIfAborted } from "../src/abort-signal.js";
import { Model } from "../src/index.js";
import { failureOf } from "./fake/failure-of.js";
import { FakeBackend } from "./fake/fake-backend.js";

describe("a signal that many calls share", () => {
  it("has one listener, and none once all have taken it back", () => {
    const { signal } = new AbortController();
    const callback = (): void => {};
    const [first, second] = [onAbort(signal, callback), onAbort(signal, callback)] as const;
    expect(getEventListeners(signal, "abort")).toHaveLength(1);
    first();
    first();
    expect(getEventListeners(signal, "abort")).toHaveLength(1);
    second();
    expect(getEventListeners(signal, "abort")).toHaveLength(0);
  });

  it("calls back in order, not what was taken back, and once", () => {
    const controller = new AbortController();
    const called: string[] = [];
    onAbort(controller.signal, () => called.push("a"));
    const forget = onAbort(controller.signal, () => called.push("b"));
    onAbort(controller.signal, () => called.push("c"));
    forget();
    controller.abort();
    controller.signal.dispatchEvent(new Event("abort"));
    expect(called).toEqual(["a", "c"]);
    expect(getEventListeners(controller.signal, "abort")).toHaveLength(0);
  });

  it("drops a thousand waiting runs of a pool without the runtime's warning of a leak", async () => {
    const warnings: string[] = [];
    const onWarning = ({ name }: Error): void => void warnings.push(name);
    process.on("warning", onWarning);
    const backend = new FakeBackend();
    let open = (): void => {};
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    backend.gate = () => gate;
    const model = await Model.load({ symbol: "{}" }, { backend });
    const pool = model.createPool({ inputs: { data: [1] }, size: 2 });
    const controller = new AbortController();
    const { signal } = controller;
    const runs = Array.from({ length: 1000 }, () =>
      pool.run({ data: Float32Array.of(1) }, { signal }),
    );
    expect(getEventListeners(signal, "abort")).toHaveLength(1);
    controller.abort();
    open();
    const outcomes = await Promise.allSettled(runs);
    expect(outcomes.filter(({ status }) => status === "fulfilled")).toEqual([]);
    expect(getEventListeners(signal, "abort")).toHaveLength(0);
    await new Promise(setImmediate);
    process.off("warning", onWarning);
    expect(warnings).toEqual([]);
  });
});

describe("what is no signal", () => {
  it.each([new AbortController(), {}, "signal", 1, false])("%s is refused", (value) => {
    expect(failureOf(() => checkSignal(value as never))).toEqual({
      name: "PredictError",
      code: "argument",
      message: "signal must be an AbortSignal, such as controller.signal",
    });
    expect(failureOf(() => throwIfAborted(value as never, "ended")).code).toBe("argument");
  });

  it.each([undefined, null])("%s means none", (value) => {
    expect(() => throwIfAborted(value as never, "ended")).not.toThrow();
  });
});
