import { beforeEach, describe, expect, it } from "vitest";
import { ffiBackend, Model, Tensor } from "../../src/node.js";
import { failureOf } from "../fake/failure-of.js";
import { referenceLibrary, skipReference } from "../fake/reference-library.js";
import { dense, sum } from "../fake/small-models.js";

describe("MXNet's own library", () => {
  beforeEach(({ skip }) => {
    skip(skipReference !== undefined, skipReference);
  });
  const backend = () => ffiBackend({ library: referenceLibrary ?? "" });
  const load = () => Model.load(dense, { backend: backend() });
  const x = Float32Array.of(1, 2, 3);
  const y = [24, 21];

  it("computes, off the main thread and on it", async () => {
    using model = await load();
    using predictor = model.createPredictor({ inputs: { data: [1, 3] } });
    expect([...((await predictor.run({ data: x }))["fc"]?.data ?? [])]).toEqual(y);
    expect([...(predictor.runSync({ data: x })["fc_output"]?.data ?? [])]).toEqual(y);
  });

  it("takes on the shape of its input", async () => {
    using model = await load();
    using predictor = model.createPredictor({ inputs: { data: [1, 3] } });
    const { fc } = await predictor.run({
      data: new Tensor(Float32Array.of(1, 2, 3, 0, 0, 0), [2, 3]),
    });
    expect([...(fc?.data ?? [])]).toEqual([...y, 10, 20]);
  });

  it("takes element types, and chosen outputs", async () => {
    using adder = await Model.load(sum, { backend: backend() });
    using wide = adder.createPredictor({
      inputs: { a: [2], b: [2] },
      dtypes: { a: "float64", b: "float64" },
    });
    const { sum: total } = await wide.run({
      a: Float64Array.of(1e-9, 3),
      b: Float64Array.of(1, 4),
    });
    expect([...(total?.data ?? [])]).toEqual([1e-9 + 1, 7]);
    using model = await load();
    using chosen = model.createPredictor({ inputs: { data: [1, 3] }, outputs: ["fc"] });
    expect(chosen.outputs.map((o) => o.name)).toEqual(["fc_output"]);
  });

  it("says unavailable to what it lacks", async () => {
    using model = await load();
    using predictor = model.createPredictor({ inputs: { data: [1, 3] } });
    const inputs = { data: [1, 3] };
    for (const use of [
      () => model.inputs,
      () => predictor.stats(),
      () => predictor.describe(),
      () => model.createPredictor({ inputs, threads: 2 }),
      () => model.createPredictor({ inputs, memory: "lean" }),
      () => model.createPredictor({ inputs, disabledPasses: ["cse"] }),
      () => model.createPredictor({ inputs, outputs: ["fc"], dtypes: { data: "float32" } }),
    ])
      expect(failureOf(use)).toMatchObject({
        code: "unavailable",
        message: expect.stringMatching(/MXNet's part/),
      });
    await expect(predictor.profile({ data: x })).rejects.toMatchObject({
      code: "unavailable",
      message: expect.stringMatching(/MXNet's part/),
    });
    expect(model.outputs).toEqual(["fc_output"]);
  });

  it("cannot stop a run, which rejects at its end", async () => {
    using model = await load();
    using predictor = model.createPredictor({ inputs: { data: [1, 3] } });
    const abort = new AbortController();
    const running = predictor.run({ data: x }, { signal: abort.signal });
    abort.abort("enough");
    await expect(running).rejects.toMatchObject({ code: "aborted", cause: "enough" });
    expect([...((await predictor.run({ data: x }))["fc"]?.data ?? [])]).toEqual(y);
  });

  it("reports errors with its text and code unknown", async () => {
    using model = await load();
    expect(failureOf(() => model.createPredictor({ inputs: { data: [1, 4] } }))).toMatchObject({
      code: "unknown",
      message: expect.stringMatching(/operands shape mismatch/),
    });
  });
});
