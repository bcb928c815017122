import { describe, expect, it } from "vitest";
import {
  Model,
  PredictError,
  type PredictorPool,
  type PredictorPoolOptions,
  Tensor,
} from "../src/index.js";
import { planPool } from "../src/predictor-pool.js";
import { failureOf } from "./fake/failure-of.js";
import { FakeBackend } from "./fake/fake-backend.js";

async function make(
  options: Partial<PredictorPoolOptions> = {},
): Promise<{ backend: FakeBackend; model: Model; pool: PredictorPool }> {
  const backend = new FakeBackend();
  const model = await Model.load({ symbol: "{}" }, { backend });
  return { backend, model, pool: model.createPool({ inputs: { data: [1, 1] }, ...options }) };
}
const one = (value: number): { data: Float32Array } => ({ data: Float32Array.of(value) });
const busyOf = (backend: FakeBackend): boolean[] => backend.predictors.map((p) => p.busy);

describe("the defaults of a pool", () => {
  const inputs = { data: [1, 1] };
  it.each([
    ["as many predictors as processors, of one thread", {}, 3, 4, 3, 1],
    ["no more than the runtime's threads, which share the processors", {}, 16, 4, 4, 4],
    ["the threads of one predictor divide the processors", { threads: 2 }, 8, 8, 4, 2],
    ["at least one predictor", { threads: 16 }, 2, 4, 1, 16],
    ["a size given gets all processors", { size: 2 }, 9, 4, 2, 4],
    ["a size beyond the processors has one thread each", { size: 8 }, 2, 4, 8, 1],
    ["both given stay", { size: 3, threads: 5 }, 2, 4, 3, 5],
    ["an unknown number of processors means one predictor", {}, undefined, 4, 1, undefined],
    ["and leaves threads alone", { size: 2 }, undefined, 4, 2, undefined],
  ])("%s", (_title, options, processors, parallelRuns, size, threads) => {
    const plan = planPool(
      { inputs, ...options },
      { parallelRuns, ...(processors === undefined ? {} : { processors }) },
    );
    expect(plan.size).toBe(size);
    expect(plan.predictor.threads).toBe(threads);
    expect(plan.maxWaiting).toBe(Number.POSITIVE_INFINITY);
  });

  it("come from the backend, and reach every predictor with the other options", async () => {
    const backend = new FakeBackend();
    backend.processors = 5;
    backend.parallelRuns = 2;
    const model = await Model.load({ symbol: "{}" }, { backend });
    using pool = model.createPool({ inputs: { data: [1, 3] }, outputs: ["fc"], maxWaiting: 7 });
    expect(pool.size).toBe(2);
    expect(backend.predictors.map((p) => p.options)).toEqual(
      Array(2).fill({ inputs: { data: [1, 3] }, outputs: ["fc"], threads: 2 }),
    );
  });

  it.each([
    ["size", 0],
    ["size", 1.5],
    ["threads", 0],
    ["threads", -1],
    ["maxWaiting", -1],
    ["maxWaiting", Number.NaN],
  ])("refuse %s %d", async (name, value) => {
    const { model } = await make();
    const failure = failureOf(() => model.createPool({ inputs, [name]: value }));
    expect(failure.code).toBe("argument");
    expect(failure.message).toContain(`${name} of a pool`);
    expect(failure.message).toContain(String(value));
  });

  it("refuse options that createPredictor refuses", async () => {
    const { model } = await make();
    expect(failureOf(() => model.createPool(undefined as never)).code).toBe("argument");
    expect(failureOf(() => model.createPool({ inputs: { data: [-1] } })).code).toBe("shape");
  });
});

describe("making a pool", () => {
  it("releases the predictors that were made when one cannot be made", async () => {
    const { backend, model, pool } = await make();
    pool.dispose();
    const before = backend.predictors.length;
    const { createPredictor } = model;
    let made = 0;
    model.createPredictor = (options) => {
      if (++made === 3) throw new PredictError("memory", "no more");
      return createPredictor.call(model, options);
    };
    expect(failureOf(() => model.createPool({ inputs: { data: [1, 1] }, size: 4 })).code).toBe(
      "memory",
    );
    expect(backend.predictors.slice(before).map((p) => p.disposals)).toEqual([1, 1]);
  });

  it("needs a model that was not disposed", async () => {
    const { model } = await make();
    model.dispose();
    expect(failureOf(() => model.createPool({ inputs: { data: [1, 1] } })).code).toBe("disposed");
  });
});

describe("a run of a pool", () => {
  it("goes to a free predictor, and waits in order where there is none", async () => {
    const { backend, pool } = await make({ size: 2 });
    const next = backend.hold();
    const ended: number[] = [];
    const runs = [1, 2, 3, 4].map(async (value) => {
      const { softmax } = await pool.run(one(value));
      ended.push(value);
      return softmax?.data[0];
    });
    expect(busyOf(backend)).toEqual([true, true]);
    expect(pool.stats()).toMatchObject({ size: 2, running: 2, waiting: 2, completed: 0 });
    for (let i = 0; i < 4; i++) await next();
    expect(await Promise.all(runs)).toEqual([2, 4, 6, 8]);
    expect(ended).toEqual([1, 2, 3, 4]);
    expect(backend.predictors.reduce((sum, p) => sum + p.forwards, 0)).toBe(4);
    expect(pool.stats()).toMatchObject({ running: 0, waiting: 0, completed: 4, failed: 0 });
  });

  it("leaves the caller's arrays free at once, whether it begins or waits", async () => {
    const { backend, pool } = await make({ size: 1 });
    const next = backend.hold();
    const data = Float32Array.of(1);
    const first = pool.run({ data });
    data[0] = 2;
    const second = pool.run({ data: new Tensor(data, [1, 1]) });
    data[0] = 9;
    for (let i = 0; i < 2; i++) await next();
    expect((await first)["softmax"]?.data[0]).toBe(2);
    expect((await second)["softmax"]?.data[0]).toBe(4);
  });

  it("gives every predictor back, also after a failure", async () => {
    const { backend, pool } = await make({ size: 2 });
    backend.failure = new PredictError("missing", "weight w is missing");
    for (let i = 0; i < 5; i++) await expect(pool.run(one(1))).rejects.toBe(backend.failure);
    backend.failure = undefined;
    await expect(pool.run({} as never)).rejects.toMatchObject({ code: "name" });
    await expect(pool.run({ data: [1] } as never)).rejects.toMatchObject({ code: "argument" });
    await expect(pool.run(null as never)).rejects.toMatchObject({ code: "argument" });
    await expect(pool.run({ data: new Float32Array(3) })).rejects.toMatchObject({ code: "shape" });
    const next = backend.hold();
    const runs = [pool.run(one(1)), pool.run(one(2))];
    expect(busyOf(backend)).toEqual([true, true]);
    for (let i = 0; i < 2; i++) await next();
    expect((await Promise.all(runs)).map((o) => o["softmax"]?.data[0])).toEqual([2, 4]);
    expect(pool.stats()).toMatchObject({ completed: 2, failed: 9 });
  });

  it("is dropped by its signal while it waits, and stopped when it has begun", async () => {
    const { backend, pool } = await make({ size: 1 });
    const next = backend.hold();
    backend.cancelsToStop = 2;
    const abort = new AbortController();
    const running = pool.run(one(1), { signal: abort.signal });
    const waiting = pool.run(one(2), { signal: abort.signal });
    const after = pool.run(one(3));
    abort.abort();
    await expect(waiting).rejects.toMatchObject({ code: "aborted" });
    await expect(pool.run(one(4), { signal: abort.signal })).rejects.toMatchObject({
      code: "aborted",
    });
    await expect(running).rejects.toMatchObject({ code: "aborted", cause: abort.signal.reason });
    for (let i = 0; i < 2; i++) await next();
    expect((await after)["softmax"]?.data[0]).toBe(6);
    expect(pool.stats()).toMatchObject({ completed: 1, failed: 0, running: 0 });
  });

  it("is refused with code busy when maxWaiting runs wait", async () => {
    const { backend, pool } = await make({ size: 1, maxWaiting: 1 });
    const next = backend.hold();
    const runs = [pool.run(one(1)), pool.run(one(2))];
    await expect(pool.run(one(3))).rejects.toMatchObject({ code: "busy" });
    for (let i = 0; i < 2; i++) await next();
    await Promise.all(runs);
    const again = pool.run(one(4));
    await next();
    expect((await again)["softmax"]?.data[0]).toBe(8);
  });

  it("reshapes a predictor, and prefers one that has the shape already", async () => {
    const { backend, pool } = await make({ size: 2 });
    const wide = { data: new Tensor(Float32Array.of(1, 2), [1, 2]) };
    for (let i = 0; i < 3; i++) {
      expect((await pool.run(wide))["softmax"]?.shape).toEqual([1, 2]);
      expect(
        (await pool.run({ data: new Tensor(Float32Array.of(1), [1, 1]) }))["softmax"]?.shape,
      ).toEqual([1, 1]);
    }
    // Two at the beginning, one more for the first wide tensor, and none since.
    expect(backend.predictors).toHaveLength(3);
    const next = backend.hold();
    const both = [pool.run(wide), pool.run(wide)];
    for (let i = 0; i < 2; i++) await next();
    expect((await Promise.all(both)).map((o) => o["softmax"]?.shape)).toEqual([
      [1, 2],
      [1, 2],
    ]);
    expect(backend.predictors).toHaveLength(4);
  });
});

describe("the stats of a pool", () => {
  it("count shared memory once and the predictors' own together", async () => {
    const { backend, pool } = await make({ size: 3 });
    expect(pool.stats().memory).toEqual({ weightsBytes: 0, packedBytes: 0, predictorBytes: 24 });
    const next = backend.hold();
    const running = pool.run(one(1));
    expect(pool.stats()).toEqual({
      size: 3,
      threads: 1,
      running: 1,
      waiting: 0,
      completed: 0,
      failed: 0,
      memory: { weightsBytes: 0, packedBytes: 0, predictorBytes: 24 },
    });
    await next();
    await running;
  });

  it("have no memory where the library cannot tell", async () => {
    const { backend, pool } = await make({ size: 2 });
    for (const predictor of backend.predictors)
      predictor.stats = () => {
        throw new PredictError("unavailable", "no stats");
      };
    expect(pool.stats()).toMatchObject({ size: 2, threads: undefined, memory: undefined });
    for (const predictor of backend.predictors)
      predictor.stats = () => {
        throw new PredictError("internal", "a defect");
      };
    expect(failureOf(() => pool.stats()).code).toBe("internal");
  });
});

describe("the end of a pool", () => {
  it("by dispose drops what waits, lets what runs end, and releases every predictor once", async () => {
    const { backend, pool } = await make({ size: 2 });
    const next = backend.hold();
    const running = [pool.run(one(1)), pool.run(one(2))];
    const waiting = pool.run(one(3));
    pool.dispose();
    pool.dispose();
    expect(pool.disposed).toBe(true);
    await expect(waiting).rejects.toMatchObject({ code: "disposed" });
    expect(backend.predictors.map((p) => p.disposals)).toEqual([0, 0]);
    for (let i = 0; i < 2; i++) await next();
    expect((await Promise.all(running)).map((o) => o["softmax"]?.data[0])).toEqual([2, 4]);
    expect(backend.predictors.map((p) => p.disposals)).toEqual([1, 1]);
    await expect(pool.run(one(1))).rejects.toMatchObject({ code: "disposed" });
    expect(failureOf(() => pool.stats()).code).toBe("disposed");
  });

  it("by close lets what was accepted end, and refuses the rest", async () => {
    const { backend, pool } = await make({ size: 1 });
    const next = backend.hold();
    const runs = [pool.run(one(1)), pool.run(one(2))];
    const closed = pool.close();
    const again = pool.close();
    expect(pool.disposed).toBe(true);
    await expect(pool.run(one(3))).rejects.toMatchObject({ code: "disposed" });
    expect(pool.stats()).toMatchObject({ running: 1, waiting: 1 });
    await next();
    expect(backend.predictors[0]?.disposals).toBe(0);
    await next();
    await Promise.all([closed, again]);
    expect((await Promise.all(runs)).map((o) => o["softmax"]?.data[0])).toEqual([2, 4]);
    expect(backend.predictors[0]?.disposals).toBe(1);
    await pool.close();
  });

  it("comes at the end of a block with using or await using", async () => {
    const { backend, model } = await make({ size: 1 });
    {
      using pool = model.createPool({ inputs: { data: [1, 1] }, size: 1 });
      expect(pool.disposed).toBe(false);
    }
    expect(backend.predictors[1]?.disposals).toBe(1);
    let waited: Promise<unknown>;
    {
      await using pool = model.createPool({ inputs: { data: [1, 1] }, size: 1 });
      waited = pool.run(one(1));
      void pool.run(one(2));
    }
    expect(await waited).toHaveProperty("softmax_output");
    expect(backend.predictors[2]).toMatchObject({ disposals: 1, forwards: 2 });
  });
});
