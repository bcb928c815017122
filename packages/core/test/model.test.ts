import { describe, expect, it } from "vitest";
import { Model } from "../src/index.js";
import { failureOf } from "./fake/failure-of.js";
import { FakeBackend } from "./fake/fake-backend.js";

describe("Model.load", () => {
  it("takes the content of the files", async () => {
    const model = await Model.load(
      { symbol: "{}", params: new Uint8Array(3) },
      { backend: new FakeBackend() },
    );
    expect(model.inputs).toEqual(["data"]);
    expect(model.outputs).toEqual(["softmax_output"]);
  });

  it.each([
    ["nothing", undefined],
    ["null", null],
    ["a number", 3],
    ["no symbol", {}],
    ["a symbol that is no text", { symbol: 3 }],
    ["parameters that are no bytes", { symbol: "{}", params: [1] }],
  ])("refuses %s", async (_what, source) => {
    await expect(Model.load(source as never, { backend: new FakeBackend() })).rejects.toMatchObject(
      { code: "argument" },
    );
  });

  it("without a platform needs a backend, and has no files", async () => {
    await expect(Model.load({ symbol: "{}" })).rejects.toMatchObject({ code: "unavailable" });
    await expect(Model.load("prefix", { backend: new FakeBackend() })).rejects.toMatchObject({
      code: "unavailable",
    });
  });
});

describe("a model", () => {
  it("refuses shapes that are none, and options without inputs", async () => {
    const model = await Model.load({ symbol: "{}" }, { backend: new FakeBackend() });
    expect(failureOf(() => model.createPredictor({ inputs: { data: [1, -2] } }))).toMatchObject({
      name: "ShapeError",
      message: expect.stringMatching(/^data: /),
    });
    for (const options of [undefined, {}, { inputs: null }, { inputs: 5 }])
      expect(failureOf(() => model.createPredictor(options as never)).code).toBe("argument");
  });

  it("is released once, and its predictors go on", async () => {
    const backend = new FakeBackend();
    const model = await Model.load({ symbol: "{}" }, { backend });
    const predictor = model.createPredictor({ inputs: { data: [1] } });
    model.dispose();
    model[Symbol.dispose]();
    expect(model.disposed).toBe(true);
    expect(backend.modelDisposals).toBe(1);
    for (const use of [
      () => model.inputs,
      () => model.outputs,
      () => model.createPredictor({ inputs: { data: [1] } }),
    ])
      expect(failureOf(use)).toMatchObject({ code: "disposed", message: "the model was disposed" });
    expect((await predictor.run({ data: Float32Array.of(4) }))["softmax"]?.data[0]).toBe(8);
  });
});
