// A model's parameters stand in linear memory once, not as a file besides.
import { Model, Tensor, writeNDArrays } from "@libpredict/core/portable";
import { describe, expect, it } from "vitest";
import { EngineInstance } from "../src/engine-instance.js";
import { backendOf } from "../src/wasm-backend.js";
import { WasmBinding } from "../src/wasm-binding.js";
import { moduleBytes, skipModules, skipWith } from "./fake/built-modules.js";
import { failureOf } from "./fake/failure-of.js";

const outputs = 2000;
const inputs = 2000;
const megabyte = 2 ** 20;

/** A matrix whose row i is i everywhere, so that ones give i times the number of columns. */
function largeModel(): { symbol: string; params: Uint8Array } {
  const weight = new Float32Array(outputs * inputs);
  for (let i = 0; i < outputs; i++) weight.fill(i, i * inputs, (i + 1) * inputs);
  const variable = (name: string): object => ({ op: "null", name, inputs: [] });
  const symbol = JSON.stringify({
    nodes: [
      variable("data"),
      variable("weight"),
      {
        op: "FullyConnected",
        name: "fc",
        attrs: { num_hidden: String(outputs), no_bias: "True" },
        inputs: [
          [0, 0, 0],
          [1, 0, 0],
        ],
      },
    ],
    arg_nodes: [0, 1],
    heads: [[2, 0, 0]],
  });
  const tensors = [new Tensor(weight, [outputs, inputs])];
  return { symbol, params: writeNDArrays({ names: ["arg:weight"], tensors }) };
}

describe("a model from content", () => {
  skipWith(skipModules);

  it("takes the memory of its parameters once, and computes right", async () => {
    const engine = new EngineInstance(new WebAssembly.Module(moduleBytes()));
    const backend = backendOf(new WasmBinding(engine, "the module"));
    const { symbol, params } = largeModel();
    expect(params.length).toBeGreaterThan(15 * megabyte);
    const before = engine.memory.buffer.byteLength;
    const model = await Model.load({ symbol, params }, { backend });
    expect(engine.memory.buffer.byteLength - before).toBeLessThan(params.length + megabyte);
    expect(engine.files.contents.size).toBe(0);
    const predictor = model.createPredictor({ inputs: { data: [1, inputs] } });
    const { fc } = predictor.runSync({ data: new Float32Array(inputs).fill(1) });
    expect([fc?.data[0], fc?.data[7], fc?.data[1999]]).toEqual([0, 14_000, 3_998_000]);
  });

  it("that is damaged leaves nothing open, and the next one loads", async () => {
    const engine = new EngineInstance(new WebAssembly.Module(moduleBytes()));
    const backend = backendOf(new WasmBinding(engine, "the module"));
    const { symbol, params } = largeModel();
    for (let length = 0; length < 200; length += 7) {
      const cut = { symbol, params: params.slice(0, length) };
      expect((await failureOf(() => Model.load(cut, { backend }))).code).toBe("params");
    }
    expect((await failureOf(() => Model.load({ symbol: "{" }, { backend }))).code).toBe("symbol");
    expect(engine.files.openFiles).toBe(0);
    const model = await Model.load({ symbol, params }, { backend });
    expect(model.inputs).toEqual(["data"]);
  });

  it("may have parameters or not", async () => {
    const backend = backendOf(
      new WasmBinding(new EngineInstance(new WebAssembly.Module(moduleBytes())), "the module"),
    );
    const { symbol, params } = largeModel();
    (await Model.load({ symbol, params }, { backend })).dispose();
    // The parameters of the model before are not taken for this one's.
    const bare = await Model.load({ symbol }, { backend });
    expect(bare.inputs).toEqual(["data", "weight"]);
  });
});
