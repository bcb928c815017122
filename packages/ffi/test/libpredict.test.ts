// The binding against libpredict itself, from the workspace build.
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import * as descriptors from "../src/gen/descriptors.js";
import { LPDType, loadLibrary, type PredictorHandle } from "../src/index.js";
import { failureOf } from "./fake/fake-predictor.js";

const library = loadLibrary({
  path: fileURLToPath(new URL("../../c-api/dist/lib/", import.meta.url)),
});

/** relu(x) + x, without parameters. */
const symbol = JSON.stringify({
  nodes: [
    { op: "null", name: "x", inputs: [] },
    { op: "Activation", name: "act", attrs: { act_type: "relu" }, inputs: [[0, 0, 0]] },
    {
      op: "elemwise_add",
      name: "sum",
      inputs: [
        [1, 0, 0],
        [0, 0, 0],
      ],
    },
  ],
  arg_nodes: [0],
  heads: [[2, 0, 0]],
  attrs: { mxnet_version: ["int", 10901] },
});
const bytes = Buffer.from(symbol);
const shape: [string[], Uint32Array, Uint32Array] = [
  ["x"],
  Uint32Array.of(0, 1),
  Uint32Array.of(3),
];
const x = Float32Array.of(-1, 2, 3);
const y = Float32Array.of(-1, 4, 6);

const model = library.LPModelCreate(bytes, bytes.length, null, 0);
afterAll(() => {
  library.LPModelFree(model);
});
const create = (): PredictorHandle =>
  library.LPPredCreate(model, 1, ...shape, 0, null, null, 0, null, null);
const output = (handle: PredictorHandle): Float32Array => {
  const data = new Float32Array(3);
  library.MXPredGetOutput(handle, 0, data, 3);
  return data;
};

it("libpredict has every function of the header that has a binding", () => {
  const lacking = Object.keys(descriptors).filter((name) => !library.has(name));
  expect(lacking).toEqual([]);
});

it("it tells its version and how it was built", () => {
  expect(library.LPGetVersion()).toMatch(/^\d+\.\d+\.\d+/);
  expect(library.LPGetBuildInfo()).toMatch(/^\w+=\S+( \w+=\S+)*$/);
});

it("it lists its operators", () => {
  const size = library.LPListOperators(null, 0);
  const list = new Uint8Array(size);
  expect(library.LPListOperators(list, size)).toBe(size);
  const names = Buffer.from(list.subarray(0, size - 1))
    .toString()
    .split("\n");
  expect(names).toContain("Convolution");
  expect(names).toContain("elemwise_add");
});

it("it checks a model and reports as JSON", () => {
  const bad = Buffer.from(symbol.replace("Activation", "NoSuchOperator"));
  const first = library.LPCheckModel(bad, bad.length, null, 0);
  expect(first.num_errors).toBe(1);
  const report = new Uint8Array(first.report_size);
  library.LPCheckModel(bad, bad.length, report, report.length);
  const { errors } = JSON.parse(Buffer.from(report.subarray(0, -1)).toString());
  expect(errors).toHaveLength(1);
  expect(errors[0]).toMatchObject({ node: "act", op: "NoSuchOperator" });
});

describe("a predictor of it", () => {
  it("computes, here and elsewhere", async () => {
    const handle = create();
    library.MXPredSetInput(handle, "x", x, 3);
    library.MXPredForward(handle);
    expect(output(handle)).toEqual(y);
    library.LPPredSetInput(handle, "x", LPDType.LP_FLOAT32, new Float32Array(3), 12);
    await library.MXPredForwardAsync(handle);
    expect(output(handle)).toEqual(new Float32Array(3));
    library.MXPredFree(handle);
  });

  it("computes step by step", () => {
    const handle = create();
    library.MXPredSetInput(handle, "x", x, 3);
    let step = 0;
    while (library.MXPredPartialForward(handle, step) > 0) step++;
    expect(output(handle)).toEqual(y);
    library.MXPredFree(handle);
  });

  it("is made by MXPredCreate too, of an empty list of parameters", () => {
    const empty = new Uint8Array(32);
    empty.set([0x12, 0x01]);
    const handle = library.MXPredCreate(symbol, empty, empty.length, 1, 0, 1, ...shape);
    library.MXPredSetInput(handle, "x", x, 3);
    library.MXPredForward(handle);
    expect(output(handle)).toEqual(y);
    library.MXPredFree(handle);
  });

  it("tells inputs, outputs, and what it occupies", () => {
    const handle = create();
    expect(library.LPPredGetInputCount(handle)).toBe(1);
    expect(library.LPPredGetInputInfo(handle, 0)).toEqual({
      name: "x",
      dtype: LPDType.LP_FLOAT32,
      dims: BigInt64Array.of(3n),
      ndim: 1,
    });
    expect(library.LPPredGetOutputInfo(handle, 0)).toMatchObject({ name: "sum_output", ndim: 1 });
    expect(library.MXPredGetOutputShape(handle, 0).shape_data).toEqual(Uint32Array.of(3));
    expect(library.LPPredGetStats(handle).graph_nodes).toBe(2);
    library.MXPredFree(handle);
  });

  it("shows its tensors to a monitor callback", () => {
    const handle = create();
    library.MXPredSetInput(handle, "x", x, 3);
    const seen: Record<string, number[]> = {};
    library.MXPredSetMonitorCallback(
      handle,
      (name, array) => {
        const { dtype, data } = library.LPArrayGetInfo(array);
        expect(dtype).toBe(LPDType.LP_FLOAT32);
        seen[name] = [...new Float32Array((data as Uint8Array).slice().buffer)];
      },
      true,
    );
    library.MXPredForward(handle);
    expect(seen["x"]).toEqual([-1, 2, 3]);
    expect(seen["act_output"]).toEqual([0, 2, 3]);
    expect(seen["sum_output"]).toEqual([-1, 4, 6]);
    library.MXPredFree(handle);
  });

  it("gives a copy of its output that stays", () => {
    const handle = create();
    library.MXPredSetInput(handle, "x", x, 3);
    library.MXPredForward(handle);
    const { data, size_bytes } = library.LPPredGetOutputData(handle, 0);
    library.MXPredFree(handle);
    expect(size_bytes).toBe(12);
    expect(new Float32Array((data as Uint8Array).slice().buffer)).toEqual(y);
  });

  it("reports errors by code and text, whatever thread they happened on", async () => {
    const handle = create();
    expect(failureOf(() => library.MXPredGetOutput(handle, 0, new Float32Array(3), 3)).code).toBe(
      "state",
    );
    expect(failureOf(() => library.MXPredSetInput(handle, "y", x, 3)).code).toBe("name");
    expect(failureOf(() => library.MXPredGetOutputShape(handle, 9)).code).toBe("index");
    const reshaping = library.MXPredReshapeAsync(
      1,
      ["x"],
      Uint32Array.of(0, 1),
      Uint32Array.of(0),
      handle,
    );
    await expect(reshaping).rejects.toMatchObject({ code: "shape" });
    const broken = Buffer.from("{");
    await expect(library.LPModelCreateAsync(broken, 1, null, 0)).rejects.toMatchObject({
      code: "symbol",
    });
    library.MXPredFree(handle);
  });
});
