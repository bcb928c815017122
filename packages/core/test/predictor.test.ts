import { getEventListeners } from "node:events";
import { describe, expect, it } from "vitest";
import {
  Model,
  PredictError,
  type Predictor,
  type PredictorOptions,
  type ProfileOptions,
  Tensor,
} from "../src/index.js";
import { failureOf } from "./fake/failure-of.js";
import { FakeBackend, type FakePredictor } from "./fake/fake-backend.js";

async function make(
  options: Partial<PredictorOptions> = {},
  prepare: (backend: FakeBackend) => void = () => {},
): Promise<{ backend: FakeBackend; predictor: Predictor }> {
  const backend = new FakeBackend();
  prepare(backend);
  const model = await Model.load({ symbol: "{}" }, { backend });
  const predictor = model.createPredictor({ inputs: { data: [1, 2] }, ...options });
  return { backend, predictor };
}
const pixels = (...values: number[]): Float32Array => Float32Array.from(values);
const last = (backend: FakeBackend): FakePredictor =>
  backend.predictors[backend.predictors.length - 1] as FakePredictor;

describe("run", () => {
  it("gives the outputs by name, with shape and element type", async () => {
    const { predictor } = await make();
    const { softmax } = await predictor.run({ data: pixels(1, 2) });
    expect(softmax).toBeInstanceOf(Tensor);
    expect(softmax?.shape).toEqual([1, 2]);
    expect(softmax?.data).toEqual(pixels(2, 4));
  });

  it("rejects what does not fit, before anything is set", async () => {
    const { backend, predictor } = await make();
    for (const [feeds, code] of [
      [{}, "name"],
      [{ data: pixels(1) }, "shape"],
      [{ data: new Float64Array(2) }, "dtype"],
      [{ data: [1, 2] }, "argument"],
      [{ data: pixels(1, 2), other: pixels(1) }, "name"],
    ] as const)
      await expect(predictor.run(feeds as never)).rejects.toMatchObject({ code });
    expect(last(backend).set.size).toBe(0);
    expect(last(backend).forwards).toBe(0);
  });

  it("runs one at a time, in the order of the calls", async () => {
    const { backend, predictor } = await make();
    const next = backend.hold();
    const results = [1, 2, 3].map((v) => predictor.run({ data: pixels(v, v) }));
    expect(last(backend).busy).toBe(true);
    for (let i = 0; i < 3; i++) await next();
    expect((await Promise.all(results)).map((o) => o["softmax"]?.data[0])).toEqual([2, 4, 6]);
  });

  it("leaves arrays free at once, whether the run begins or waits", async () => {
    const { backend, predictor } = await make();
    const next = backend.hold();
    const data = pixels(1, 1);
    const first = predictor.run({ data });
    data.fill(2);
    const second = predictor.run({ data: new Tensor(data, [1, 2]) });
    const third = predictor.run({ data });
    data.fill(9);
    for (let i = 0; i < 3; i++) await next();
    expect((await first)["softmax"]?.data[0]).toBe(2);
    expect((await second)["softmax"]?.data[0]).toBe(4);
    expect((await third)["softmax"]?.data[0]).toBe(4);
  });

  it("drops a waiting run when its signal aborts", async () => {
    const { backend, predictor } = await make();
    const next = backend.hold();
    const abort = new AbortController();
    const first = predictor.run({ data: pixels(1, 1) });
    const second = predictor.run({ data: pixels(2, 2) }, { signal: abort.signal });
    abort.abort();
    await expect(second).rejects.toMatchObject({ code: "aborted" });
    await next();
    expect((await first)["softmax"]?.data[0]).toBe(2);
    expect(last(backend).forwards).toBe(1);
  });

  it("stops a run that has begun, however often it takes, and goes on", async () => {
    const { backend, predictor } = await make();
    backend.hold();
    backend.cancelsToStop = 4;
    const abort = new AbortController();
    const running = predictor.run({ data: pixels(1, 1) }, { signal: abort.signal });
    const waiting = predictor.run({ data: pixels(2, 2) });
    backend.gate = async () => {};
    abort.abort("enough");
    await expect(running).rejects.toMatchObject({
      name: "PredictError",
      code: "aborted",
      cause: "enough",
    });
    expect((await waiting)["softmax"]?.data[0]).toBe(4);
    expect((await predictor.run({ data: pixels(3, 3) }))["softmax"]?.data[0]).toBe(6);
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(last(backend).cancels).toBe(4);
  });

  it("rejects a run that could not be stopped, at its end", async () => {
    const { backend, predictor } = await make();
    const next = backend.hold();
    const abort = new AbortController();
    const running = predictor.run({ data: pixels(1, 1) }, { signal: abort.signal });
    let settled = false;
    running.catch(() => {
      settled = true;
    });
    abort.abort("enough");
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(settled).toBe(false);
    await next();
    await expect(running).rejects.toMatchObject({ code: "aborted", cause: "enough" });
    expect(last(backend).forwards).toBe(1);
  });

  it("leaves a run alone whose signal aborts afterwards", async () => {
    const { backend, predictor } = await make();
    const abort = new AbortController();
    const { softmax } = await predictor.run({ data: pixels(1, 1) }, { signal: abort.signal });
    expect(getEventListeners(abort.signal, "abort")).toEqual([]);
    abort.abort();
    expect(softmax?.data[0]).toBe(2);
    expect(last(backend).cancels).toBe(0);
  });

  it("reports what the backend reports, and goes on", async () => {
    const { backend, predictor } = await make();
    backend.failure = new PredictError("missing", "weight w is missing");
    await expect(predictor.run({ data: pixels(1, 1) })).rejects.toBe(backend.failure);
    const { signal } = new AbortController();
    await expect(predictor.run({ data: pixels(1, 1) }, { signal })).rejects.toBe(backend.failure);
    backend.failure = undefined;
    expect((await predictor.run({ data: pixels(1, 1) }))["softmax"]?.data[0]).toBe(2);
  });

  it("needs the inputs that were named, and takes others as they come", async () => {
    const { backend, predictor } = await make({}, (b) => {
      b.states = { state: [1, 3] };
    });
    expect(predictor.inputs.map((i) => i.name)).toEqual(["data", "state"]);
    await predictor.run({ data: pixels(1, 2) });
    expect([...last(backend).set.keys()]).toEqual(["data"]);
    await predictor.run({ data: pixels(1, 2), state: pixels(1, 2, 3) });
    expect([...last(backend).set.keys()]).toEqual(["data", "state"]);
  });
});

describe("a new shape", () => {
  it("makes a predictor for it and releases the old one", async () => {
    const { backend, predictor } = await make();
    const batch = new Tensor(pixels(1, 2, 3, 4), [2, 2]);
    const { softmax } = await predictor.run({ data: batch });
    expect(softmax?.shape).toEqual([2, 2]);
    expect(predictor.inputs[0]?.shape).toEqual([2, 2]);
    expect(backend.predictors.map((p) => p.disposals)).toEqual([1, 0]);
    await predictor.run({ data: pixels(5, 6, 7, 8) });
    expect(backend.predictors).toHaveLength(2);
  });

  it("of the same number of elements is one too", async () => {
    const { predictor } = await make();
    await predictor.run({ data: new Tensor(pixels(1, 2), [2, 1]) });
    expect(predictor.outputs[0]?.shape).toEqual([2, 1]);
  });

  it("that the backend refuses leaves the predictor as it was", async () => {
    const { backend, predictor } = await make();
    const odd = new Tensor(pixels(1, 2), [1, 1, 1, 1, 2]);
    await expect(predictor.run({ data: odd })).rejects.toMatchObject({ code: "shape" });
    expect(predictor.inputs[0]?.shape).toEqual([1, 2]);
    expect((await predictor.run({ data: pixels(1, 2) }))["softmax"]?.data[1]).toBe(4);
    expect(backend.predictors).toHaveLength(1);
  });
});

describe("runSync", () => {
  it("gives the same outputs at once", async () => {
    const { predictor } = await make();
    expect(predictor.runSync({ data: pixels(3, 4) })["softmax_output"]?.data).toEqual(pixels(6, 8));
  });

  it("throws busy while a run is going on, and so do stats and describe", async () => {
    const { backend, predictor } = await make();
    const next = backend.hold();
    const running = predictor.run({ data: pixels(1, 1) });
    expect(failureOf(() => predictor.runSync({ data: pixels(1, 1) })).code).toBe("busy");
    expect(failureOf(() => predictor.stats()).code).toBe("busy");
    expect(failureOf(() => predictor.describe()).code).toBe("busy");
    await next();
    await running;
    expect(predictor.stats().arenaBytes).toBe(8);
    expect(predictor.describe().heads).toEqual([]);
  });
});

describe("profile", () => {
  it("measures as many runs as wanted, after those that are not", async () => {
    const { backend, predictor } = await make();
    const profile = (options: ProfileOptions) =>
      predictor.profile({ data: pixels(1, 2) }, options).then(({ runs }) => runs);
    expect(await profile({})).toBe(10);
    expect(last(backend).forwards).toBe(11);
    expect(await profile({ runs: 3, warmUps: 0 })).toBe(3);
    expect(last(backend).forwards).toBe(14);
    expect(await profile({ runs: 1, warmUps: 4 })).toBe(1);
    expect(last(backend).forwards).toBe(19);
    expect(last(backend).measured).toBeUndefined();
  });

  it("takes place between runs, on the arrays as they were", async () => {
    const { backend, predictor } = await make();
    const next = backend.hold();
    const data = pixels(1, 1);
    const before = predictor.run({ data });
    const profile = predictor.profile({ data }, { runs: 2 });
    const after = predictor.run({ data });
    data.fill(9);
    for (const code of [() => predictor.stats(), () => predictor.describe()])
      expect(failureOf(code).code).toBe("busy");
    await next();
    expect((await before)["softmax"]?.data[0]).toBe(2);
    expect(last(backend).set.get("data")).toEqual(pixels(1, 1));
    for (let i = 0; i < 4; i++) await next();
    expect((await profile).runs).toBe(2);
    expect((await after)["softmax"]?.data[0]).toBe(2);
    expect(last(backend).forwards).toBe(5);
  });

  it("rejects what does not fit, before anything runs", async () => {
    const { backend, predictor } = await make();
    const good = { data: pixels(1, 2) };
    for (const [feeds, options, code] of [
      [{}, {}, "name"],
      [{ data: pixels(1) }, {}, "shape"],
      [{ data: [1, 2] }, {}, "argument"],
      [good, { runs: 0 }, "argument"],
      [good, { runs: 1.5 }, "argument"],
      [good, { runs: "3" }, "argument"],
      [good, { runs: Number.POSITIVE_INFINITY }, "argument"],
      [good, { warmUps: -1 }, "argument"],
      [good, { warmUps: Number.NaN }, "argument"],
      [good, { signal: new AbortController() }, "argument"],
    ] as const)
      await expect(predictor.profile(feeds as never, options as never)).rejects.toMatchObject({
        code,
      });
    backend.measures = false;
    await expect(predictor.profile(good)).rejects.toMatchObject({ code: "unavailable" });
    expect(last(backend).forwards).toBe(0);
  });

  it("reshapes as a run does", async () => {
    const { backend, predictor } = await make();
    await predictor.profile({ data: new Tensor(pixels(1, 2, 3, 4), [2, 2]) });
    expect(predictor.inputs[0]?.shape).toEqual([2, 2]);
    expect(backend.predictors.map((p) => p.disposals)).toEqual([1, 0]);
  });

  it("ends between two runs when its signal aborts, and measures no longer", async () => {
    const { backend, predictor } = await make();
    const next = backend.hold();
    const abort = new AbortController();
    const reason = new Error("enough");
    const profile = predictor.profile({ data: pixels(1, 1) }, { signal: abort.signal });
    await next();
    expect(last(backend).measured).toBe(0);
    abort.abort(reason);
    await Promise.all([
      next(),
      expect(profile).rejects.toMatchObject({ code: "aborted", cause: reason }),
    ]);
    expect(last(backend).forwards).toBe(2);
    expect(last(backend).measured).toBeUndefined();
    expect(predictor.stats().threads).toBe(1);
    await expect(
      predictor.profile({ data: pixels(1, 1) }, { signal: abort.signal }),
    ).rejects.toMatchObject({ code: "aborted" });
  });

  it("measures no longer after a run that failed", async () => {
    const { backend, predictor } = await make();
    backend.failure = new PredictError("missing", "weight w is missing");
    await expect(predictor.profile({ data: pixels(1, 1) })).rejects.toBe(backend.failure);
    expect(last(backend).forwards).toBe(1);
    expect(last(backend).measured).toBeUndefined();
  });

  it("ends after the run that is going on when the predictor is disposed of", async () => {
    const { backend, predictor } = await make();
    const next = backend.hold();
    const profile = predictor.profile({ data: pixels(1, 1) });
    predictor.dispose();
    expect(last(backend).disposals).toBe(0);
    await Promise.all([next(), expect(profile).rejects.toMatchObject({ code: "disposed" })]);
    expect(last(backend).forwards).toBe(1);
    expect(last(backend).disposals).toBe(1);
  });
});

describe("dispose", () => {
  it("releases the backend's predictor, once", async () => {
    const { backend, predictor } = await make();
    predictor.dispose();
    predictor.dispose();
    expect(predictor.disposed).toBe(true);
    expect(last(backend).disposals).toBe(1);
  });

  it("is called at the end of a block with using", async () => {
    const { backend } = await make();
    const model = await Model.load({ symbol: "{}" }, { backend });
    {
      using predictor = model.createPredictor({ inputs: { data: [1, 2] } });
      expect(predictor.disposed).toBe(false);
    }
    expect(last(backend).disposals).toBe(1);
  });

  it("makes every later use throw disposed", async () => {
    const { predictor } = await make();
    predictor.dispose();
    for (const use of [predictor.run({ data: pixels(1, 1) }), predictor.profile({})])
      await expect(use).rejects.toMatchObject({ code: "disposed" });
    for (const use of [
      () => predictor.runSync({ data: pixels(1, 1) }),
      () => predictor.stats(),
      () => predictor.describe(),
      () => predictor.inputs,
      () => predictor.outputs,
    ])
      expect(failureOf(use).code).toBe("disposed");
  });

  it("waits for the run that is going on, which still delivers, and drops those that wait", async () => {
    const { backend, predictor } = await make();
    const next = backend.hold();
    const running = predictor.run({ data: pixels(1, 1) });
    const waiting = predictor.run({ data: pixels(2, 2) });
    predictor.dispose();
    await expect(waiting).rejects.toMatchObject({ code: "disposed" });
    expect(last(backend).disposals).toBe(0);
    await next();
    expect((await running)["softmax"]?.data[0]).toBe(2);
    expect(last(backend).disposals).toBe(1);
  });

  it("waits for a failing run too", async () => {
    const { backend, predictor } = await make();
    const next = backend.hold();
    backend.failure = new PredictError("missing", "m");
    const running = predictor.run({ data: pixels(1, 1) });
    predictor.dispose();
    await Promise.all([expect(running).rejects.toThrow("m"), next()]);
    expect(last(backend).disposals).toBe(1);
  });
});
