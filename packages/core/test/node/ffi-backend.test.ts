import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import {
  ffiBackend,
  Model,
  type NodeProfile,
  type Predictor,
  type PredictorOptions,
  Tensor,
} from "../../src/node.js";
import { failureOf } from "../fake/failure-of.js";
import { convolution, dense, denseWithoutBias, slow, sum } from "../fake/small-models.js";

const model = await Model.load(dense);
afterAll(() => {
  model.dispose();
});
const make = (options: Partial<PredictorOptions> = {}): Predictor =>
  model.createPredictor({ inputs: { data: [1, 3] }, ...options });
const x = Float32Array.of(1, 2, 3);
/** W x + b, by hand. */
const y = [1 + 4 + 9 + 10, -2 + 3 + 20];

it("refuses a library that is no path", () => {
  const wrong = { library: 1 as unknown as string };
  expect(() => ffiBackend(wrong)).toThrow(
    expect.objectContaining({
      name: "PredictError",
      code: "argument",
      message: expect.stringMatching(/library/),
    }),
  );
});

describe("a model in the native library", () => {
  it("tells its inputs and outputs", () => {
    expect(model.inputs).toEqual(["data"]);
    expect(model.outputs).toEqual(["fc_output"]);
  });

  it("takes its symbol as text or as bytes", async () => {
    const symbol = Buffer.from(dense.symbol as string);
    using same = await Model.load({ ...dense, symbol });
    expect(same.outputs).toEqual(["fc_output"]);
  });

  it.each([
    ["symbol", { symbol: "{ not a graph" }],
    ["params", { symbol: dense.symbol, params: dense.params?.subarray(0, 50) as Uint8Array }],
    ["unsupported", { symbol: (dense.symbol as string).replace("FullyConnected", "NoSuchOp") }],
    ["attribute", { ...dense, symbol: (dense.symbol as string).replace('"2"', '"two"') }],
  ])("that is bad gives code %s, with a text", async (code, source) => {
    const failure = await Model.load(source).then(
      () => undefined,
      (error: unknown) => error,
    );
    expect(failure).toMatchObject({ name: "PredictError", code });
    expect((failure as Error).message.length).toBeGreaterThan(20);
  });
});

describe("a predictor in the native library", () => {
  it("computes, off the main thread and on it", async () => {
    using predictor = make();
    expect([...((await predictor.run({ data: x }))["fc"]?.data ?? [])]).toEqual(y);
    expect([...(predictor.runSync({ data: x })["fc_output"]?.data ?? [])]).toEqual(y);
  });

  it("tells names, element types and shapes", () => {
    using predictor = make({ inputs: { data: [5, 3] } });
    expect(predictor.inputs).toEqual([{ name: "data", dtype: "float32", shape: [5, 3] }]);
    expect(predictor.outputs).toEqual([{ name: "fc_output", dtype: "float32", shape: [5, 2] }]);
  });

  it("takes on the shape of its input", async () => {
    using predictor = make();
    const batch = new Tensor(Float32Array.of(1, 2, 3, 0, 0, 0), [2, 3]);
    const { fc } = await predictor.run({ data: batch });
    expect(fc?.shape).toEqual([2, 2]);
    expect([...(fc?.data ?? [])]).toEqual([...y, 10, 20]);
    expect([...((await predictor.run({ data: new Tensor(x, [1, 3]) }))["fc"]?.data ?? [])]).toEqual(
      y,
    );
  });

  it("refuses a shape that the weights do not fit, and goes on", async () => {
    using predictor = make();
    const wide = new Tensor(new Float32Array(4), [1, 4]);
    await expect(predictor.run({ data: wide })).rejects.toMatchObject({ code: "shape" });
    expect([...((await predictor.run({ data: x }))["fc"]?.data ?? [])]).toEqual(y);
  });

  it("computes in float64 when told so", async () => {
    using adder = await Model.load(sum);
    using predictor = adder.createPredictor({
      inputs: { a: [2], b: [2] },
      dtypes: { a: "float64", b: "float64" },
    });
    const feeds = { a: Float64Array.of(1e-9, 3), b: Float64Array.of(1, 4) };
    const { sum: total } = await predictor.run(feeds);
    expect(total?.dtype).toBe("float64");
    expect([...(total?.data ?? [])]).toEqual([1e-9 + 1, 7]);
    await expect(predictor.run({ ...feeds, b: new Float32Array(2) })).rejects.toMatchObject({
      code: "dtype",
    });
  });

  it("gives chosen outputs", async () => {
    using predictor = make({ outputs: ["fc", "data"] });
    const outputs = await predictor.run({ data: x });
    expect([...(outputs["fc"]?.data ?? [])]).toEqual(y);
    expect(outputs["data"]?.data).toEqual(x);
  });

  it("describes its graph at the present shapes", () => {
    using predictor = make({ inputs: { data: [5, 3] } });
    const { nodes, heads } = predictor.describe();
    expect(nodes.map((node) => [node.op, node.name])).toEqual([
      ["null", "data"],
      ["null", "fc_weight"],
      ["null", "fc_bias"],
      ["FullyConnected", "fc"],
    ]);
    expect(heads).toEqual([[3, 0]]);
    expect(nodes.map((node) => node.input)).toEqual([true, false, false, false]);
    expect(nodes[1]?.outputs).toEqual([{ name: "fc_weight", dtype: "float32", shape: [2, 3] }]);
    expect(nodes[3]).toEqual({
      name: "fc",
      op: "FullyConnected",
      attrs: { num_hidden: "2" },
      inputs: [
        [0, 0],
        [1, 0],
        [2, 0],
      ],
      outputs: [{ name: "fc_output", dtype: "float32", shape: [5, 2] }],
      parameters: 2 * 3 + 2,
      parameterBytes: 4 * (2 * 3 + 2),
      multiplyAdds: 5 * 3 * 2,
      input: false,
      label: false,
      state: false,
      missing: false,
    });
  });

  it("measures its nodes", async () => {
    using predictor = make({ inputs: { data: [5, 3] } });
    const data = new Float32Array(15);
    const { runs, meanMs, nodes } = await predictor.profile({ data }, { runs: 4 });
    expect(runs).toBe(4);
    expect(nodes).toHaveLength(predictor.stats().planNodes);
    const fc = nodes.find(({ name }) => name === "fc");
    expect(fc).toMatchObject({ op: "FullyConnected", multiplyAdds: 5 * 3 * 2 });
    expect(fc?.algorithm).toMatch(/\S/);
    // The input, the weight, the bias, the output.
    expect(fc?.bytes).toBe(4 * (5 * 3 + 2 * 3 + 2 + 5 * 2));
    const sum = (of: (node: NodeProfile) => number) => nodes.reduce((a, n) => a + of(n), 0);
    expect(sum((node) => node.share)).toBeCloseTo(1, 4);
    expect(sum((node) => node.meanMs)).toBeCloseTo(meanMs, 5);
    for (const { leastMs, meanMs: mean, multiplyAdds, gflops } of nodes) {
      expect(leastMs).toBeGreaterThan(0);
      // Whole nanoseconds.
      expect(mean).toBeGreaterThanOrEqual(leastMs - 1e-6);
      expect(mean).toBeLessThan(1000);
      expect(gflops).toBeCloseTo((2 * multiplyAdds) / (mean * 1e6), 9);
    }
    const shorter = new Tensor(data.subarray(3), [4, 3]);
    const again = await predictor.profile({ data: shorter }, { warmUps: 0 });
    expect(again.nodes.find(({ name }) => name === "fc")?.multiplyAdds).toBe(4 * 3 * 2);
  });

  it("tells what it occupies", () => {
    using predictor = make({ threads: 1 });
    const stats = predictor.stats();
    expect(stats.weightsBytes).toBe((6 + 2) * 4);
    expect(stats.threads).toBe(1);
    expect(stats.graphNodes).toBe(1);
    expect(stats.arenaBytes).toBeGreaterThan(0);
  });

  it("saves memory when it is to, and computes the same", async () => {
    using large = await Model.load(convolution);
    const inputs = { data: [1, 32, 56, 56] };
    const data = Float32Array.from({ length: 32 * 56 * 56 }, (_, i) => Math.cos(i));
    const answer = (memory: "fast" | "lean"): [number, ArrayLike<number>] => {
      using predictor = large.createPredictor({ inputs, memory, threads: 1 });
      const { packedBytes, scratchBytes } = predictor.stats();
      const { conv } = predictor.runSync({ data });
      return [packedBytes + scratchBytes, conv?.data as Float32Array];
    };
    const [leanBytes, lean] = answer("lean");
    const [fastBytes, fast] = answer("fast");
    expect(leanBytes).toBeLessThan(fastBytes / 2);
    let largest = 0;
    let apart = 0;
    for (let i = 0; i < fast.length; i++) {
      largest = Math.max(largest, Math.abs(Number(fast[i])));
      apart = Math.max(apart, Math.abs(Number(fast[i]) - Number(lean[i])));
    }
    expect(apart / largest).toBeLessThan(1e-5);
  });

  it("gives the same with every pass off", async () => {
    using predictor = make({ disabledPasses: ["drop", "cse", "fold-batch-norm", "layout"] });
    expect([...((await predictor.run({ data: x }))["fc"]?.data ?? [])]).toEqual(y);
  });

  it.each([
    ["an input that does not exist", { inputs: { data: [1, 3], nothing: [1] } }, "name"],
    ["an output that does not exist", { outputs: ["nothing"] }, "name"],
    ["shapes that contradict each other", { inputs: { data: [1, 4] } }, "shape"],
    ["an element type that does not exist", { dtypes: { data: "float31" } }, "dtype"],
    ["a pass that does not exist", { disabledPasses: ["speed"] }, "argument"],
    ["a memory mode that does not exist", { memory: "slow" }, "argument"],
    ["a negative number of threads", { threads: -1 }, "argument"],
    ["too many threads", { threads: 1000 }, "argument"],
  ])("refuses %s", (_what, options, code) => {
    expect(failureOf(() => make(options as never))).toMatchObject({ name: "PredictError", code });
  });

  it("reports a missing weight when it runs, with its name", async () => {
    using incomplete = await Model.load(denseWithoutBias);
    using predictor = incomplete.createPredictor({ inputs: { data: [1, 3] } });
    const missing = { code: "missing", message: expect.stringContaining("fc_bias") };
    await expect(predictor.run({ data: x })).rejects.toMatchObject(missing);
    expect(failureOf(() => predictor.runSync({ data: x }))).toMatchObject(missing);
  });

  it("outlives its model", async () => {
    const short = await Model.load(dense);
    using predictor = short.createPredictor({ inputs: { data: [1, 3] } });
    short.dispose();
    expect([...((await predictor.run({ data: x }))["fc"]?.data ?? [])]).toEqual(y);
  });

  it("is released after the run that is going on", async () => {
    const predictor = make();
    const running = predictor.run({ data: x });
    predictor.dispose();
    expect([...((await running)["fc"]?.data ?? [])]).toEqual(y);
  });

  it("stops when its signal is aborted, and computes right afterwards", async () => {
    using model = await Model.load(slow);
    using predictor = model.createPredictor({ inputs: { data: [1000, 1000] }, threads: 1 });
    const data = new Float32Array(1_000_000);
    const abort = new AbortController();
    const stopped = predictor.run({ data }, { signal: abort.signal });
    abort.abort("enough"); // the worker thread has not begun yet, most likely
    await expect(stopped).rejects.toMatchObject({ code: "aborted", cause: "enough" });
    const began = performance.now();
    const { softmax599 } = await predictor.run({ data }, { signal: new AbortController().signal });
    const wholeMs = performance.now() - began;
    expect(softmax599?.data[999_999]).toBeCloseTo(0.001, 6);
    const begun = performance.now();
    const signal = AbortSignal.timeout(Math.ceil(wholeMs / 10));
    await expect(predictor.run({ data }, { signal })).rejects.toMatchObject({
      code: "aborted",
      cause: { name: "TimeoutError" },
    });
    expect(performance.now() - begun).toBeLessThan(wholeMs * 0.8);
  });

  it("is one of many that run at the same time", async () => {
    const predictors = Array.from({ length: 300 }, () => make());
    const outputs = await Promise.all(predictors.map((p) => p.run({ data: x })));
    for (const { fc } of outputs) expect([...(fc?.data ?? [])]).toEqual(y);
    for (const predictor of predictors) predictor.dispose();
  });
});

describe("memory", () => {
  const runScript = (script: string) =>
    spawnSync(
      process.execPath,
      [
        "--expose-gc",
        fileURLToPath(new URL(`../fake/${script}`, import.meta.url)),
        new URL("../../dist/node.js", import.meta.url).href,
      ],
      {
        encoding: "utf8",
        input: JSON.stringify({
          symbol: dense.symbol,
          params: Buffer.from(dense.params as Uint8Array).toString("base64"),
        }),
      },
    );

  it("of predictors that were forgotten is given back by the garbage collector", () => {
    const result = runScript("forget-predictors.mjs");
    expect(result.stderr).toBe("");
    const { forgotten, released } = JSON.parse(result.stdout) as Record<string, number>;
    expect(forgotten).toBe(200);
    expect(released).toBeGreaterThan(150);
  });

  it("does not grow over 10,000 cycles of loading, running, reshaping, failing and disposing", () => {
    const result = runScript("create-and-dispose.mjs");
    expect(result.stderr).toBe("");
    const { grownBytes } = JSON.parse(result.stdout) as { grownBytes: number };
    // 10,000 cycles: 1 KB that leaked in each would be 10 MB.
    expect(grownBytes).toBeLessThan(1e7);
  });
});

describe("ffiBackend", () => {
  it("tells every place where it looked for the library", () => {
    expect(failureOf(() => ffiBackend({ library: "/nowhere/libpredict.so" }))).toMatchObject({
      name: "LoadError",
      code: "load",
      message: expect.stringContaining("path (/nowhere/libpredict.so): no such file"),
    });
  });
});
