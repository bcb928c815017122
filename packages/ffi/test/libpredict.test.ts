// The binding against libpredict itself, from the workspace build.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
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

const buildInfo = (): Record<string, string> =>
  Object.fromEntries(
    library
      .LPGetBuildInfo()
      .split(" ")
      .map((pair) => pair.split("=")),
  );

it("libpredict has every function of the header that has a binding", () => {
  const lacking = Object.keys(descriptors).filter((name) => !library.has(name));
  expect(lacking).toEqual([]);
});

it("it tells its version and how it was built", () => {
  expect(library.LPGetVersion()).toMatch(/^\d+\.\d+\.\d+/);
  expect(library.LPGetBuildInfo()).toMatch(/^\w+=\S+( \w+=\S+)*$/);
  expect(buildInfo()).toMatchObject({ version: library.LPGetVersion(), threads: "yes" });
});

it("it tells the sources that it was built from", () => {
  const amalgamation = fileURLToPath(
    new URL("../../c-api/dist/amalgamation/predict.c", import.meta.url),
  );
  const hash = /SHA-256 of the sources: ([0-9a-f]{64})/.exec(readFileSync(amalgamation, "utf8"));
  expect(buildInfo()["source"]).toBe(hash?.[1]?.slice(0, 16));
});

it("it has as many threads as the process may use", (context) => {
  const say = `
    const { loadLibrary } = await import(${JSON.stringify(new URL("../dist/index.js", import.meta.url).href)});
    console.log(loadLibrary({ path: ${JSON.stringify(library.path)} }).LPGetBuildInfo());`;
  const cpus = (command: readonly string[], environment: NodeJS.ProcessEnv): string | undefined => {
    const [program = "", ...rest] = [
      ...command,
      process.execPath,
      "--input-type=module",
      "-e",
      say,
    ];
    const env = { ...process.env, LIBPREDICT_NUM_THREADS: "", ...environment };
    const run = spawnSync(program, rest, { encoding: "utf8", env });
    if (run.error !== undefined || run.status !== 0) return undefined;
    return / cpus=(\d+)/.exec(run.stdout)?.[1];
  };
  expect(cpus([], { LIBPREDICT_NUM_THREADS: "3" })).toBe("3");
  expect(Number(cpus([], {}))).toBeGreaterThan(0);
  expect(Number(cpus([], {}))).toBeLessThanOrEqual(availableParallelism());
  if (spawnSync("taskset", ["-V"]).error !== undefined) {
    const reason = "no taskset; install util-linux";
    context.skip(process.env["LIBPREDICT_REQUIRE_ALL"] !== "1", reason);
  }
  // The first processor that this process may use.
  const list = /Cpus_allowed_list:\s*(\d+)/.exec(readFileSync("/proc/self/status", "utf8"))?.[1];
  expect(cpus(["taskset", "-c", list ?? "0"], {})).toBe("1");
});

it("it upgrades a symbol", () => {
  const old = Buffer.from(
    JSON.stringify({
      nodes: [
        { op: "null", param: {}, name: "x", inputs: [] },
        {
          op: "_Plus",
          param: {},
          name: "twice",
          inputs: [
            [0, 0],
            [0, 0],
          ],
        },
      ],
      arg_nodes: [0],
      heads: [[1, 0]],
    }),
  );
  const text = Buffer.alloc(library.LPUpgradeSymbol(old, old.length, null, 0));
  expect(library.LPUpgradeSymbol(old, old.length, text, text.length)).toBe(text.length);
  expect(JSON.parse(text.toString("utf8", 0, text.length - 1))).toEqual({
    nodes: [
      { op: "null", name: "x", inputs: [] },
      {
        op: "elemwise_add",
        name: "twice",
        inputs: [
          [0, 0, 0],
          [0, 0, 0],
        ],
      },
    ],
    arg_nodes: [0],
    node_row_ptr: [0, 1, 2],
    heads: [[1, 0, 0]],
    attrs: { mxnet_version: ["int", 10901] },
  });
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
  it("describes its graph", () => {
    const handle = create();
    const report = Buffer.alloc(library.LPPredDescribe(handle, null, 0));
    expect(library.LPPredDescribe(handle, report, report.length)).toBe(report.length);
    const { nodes, heads } = JSON.parse(report.toString("utf8", 0, report.length - 1));
    expect(nodes.map((n: { op: string }) => n.op)).toEqual(["null", "Activation", "elemwise_add"]);
    expect(nodes[2]).toMatchObject({
      inputs: [
        [1, 0],
        [0, 0],
      ],
      outputs: [{ name: "sum_output", dtype: "float32", shape: [3] }],
      parameters: 0,
      multiply_adds: 0,
    });
    expect(heads).toEqual([[2, 0]]);
    library.MXPredFree(handle);
  });

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

  it("takes a weight in the weight's own element type only: C would read past the end", () => {
    const nodes = [
      { op: "null", name: "x", inputs: [] },
      { op: "null", name: "w", attrs: { __dtype__: "1", __shape__: "(3,)" }, inputs: [] },
      {
        op: "elemwise_add",
        name: "sum",
        inputs: [
          [0, 0, 0],
          [1, 0, 0],
        ],
      },
    ];
    const graph = JSON.stringify({ nodes, arg_nodes: [0, 1], heads: [[2, 0, 0]] });
    // A parameter file whose one array is arg:w, float64, of shape (3).
    const file = Buffer.alloc(97);
    file.writeUInt32LE(0x112);
    file.writeUInt32LE(1, 16);
    file.writeUInt32LE(0xf993fac9, 24);
    file.writeUInt32LE(1, 32);
    file.writeUInt32LE(3, 36);
    file.writeUInt32LE(1, 44);
    file.writeUInt32LE(LPDType.LP_FLOAT64, 52);
    file.writeUInt32LE(1, 80);
    file.writeUInt32LE(5, 88);
    const named = Buffer.concat([file.subarray(0, 96), Buffer.from("arg:w")]);
    const handle = library.MXPredCreateEx(
      ...[graph, named, named.length, 1, 0, 1, ...shape],
      ...([1, ["x"], Int32Array.of(LPDType.LP_FLOAT64)] as const),
    );
    library.MXPredSetInput(handle, "x", Float64Array.of(1, 2, 3), 3);
    expect(failureOf(() => library.MXPredSetInput(handle, "w", x, 3))).toMatchObject({
      code: "dtype",
      message: expect.stringContaining("data must be a Float64Array, not a Float32Array"),
    });
    library.MXPredSetInput(handle, "w", Float64Array.of(10, 20, 30), 3);
    library.MXPredForward(handle);
    const sums = new Float64Array(3);
    library.MXPredGetOutput(handle, 0, sums, 3);
    expect([...sums]).toEqual([11, 22, 33]);
    library.MXPredFree(handle);
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

  it("takes paths, and null where the header allows it", async () => {
    const folder = mkdtempSync(join(tmpdir(), "libpredict-ffi-ä-"));
    const path = join(folder, "net-symbol.json");
    writeFileSync(path, symbol);
    try {
      for (const made of [
        library.LPModelCreateFromFiles(path, null),
        await library.LPModelCreateFromFilesAsync(path, null),
      ]) {
        expect(library.LPModelGetInputName(made, 0)).toBe("x");
        library.LPModelFree(made);
      }
      await expect(library.LPModelCreateFromFilesAsync(folder, null)).rejects.toMatchObject({
        code: "file",
        message: expect.stringMatching(/: .*: byte 0: the file cannot be read: it is a directory/),
      });
      for (const [params, message] of [
        [undefined, /params_path must not be undefined/],
        ["a\0b", /params_path has a NUL character at 1/],
        [5, /params_path must be a string/],
      ] as const)
        expect(
          failureOf(() => library.LPModelCreateFromFiles(path, params as never)),
        ).toMatchObject({ code: "argument", message: expect.stringMatching(message) });
      expect(failureOf(() => library.LPModelCreateFromFiles(null as never, null)).code).toBe(
        "argument",
      );
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe("a forward that is cancelled", () => {
  /** 600 softmaxes of a thousand rows of a thousand, one after the other: about half a second. */
  const steps = 600;
  const slow = Buffer.from(
    JSON.stringify({
      nodes: [
        { op: "null", name: "x", inputs: [] },
        ...Array.from({ length: steps }, (_, i) => ({
          op: "softmax",
          name: `softmax${i}`,
          inputs: [[i, 0, 0]],
        })),
      ],
      arg_nodes: [0],
      heads: [[steps, 0, 0]],
      attrs: { mxnet_version: ["int", 10901] },
    }),
  );
  const createSlow = (): PredictorHandle => {
    const model = library.LPModelCreate(slow, slow.length, null, 0);
    const dims = Uint32Array.of(1000, 1000);
    const handle = library.LPPredCreate(
      model,
      1,
      ["x"],
      Uint32Array.of(0, 2),
      dims,
      0,
      null,
      null,
      0,
      null,
      { num_threads: 1 },
    );
    library.LPModelFree(model);
    return handle;
  };
  /** Calls again and again until a forward has settled, for it may not have begun yet. */
  const untilSettled = (running: Promise<void>, call: () => void): Promise<void> => {
    const timer = setInterval(call, 1);
    return running.finally(() => clearInterval(timer));
  };

  it("ends early, and stays the only other call meanwhile", async () => {
    const handle = createSlow();
    const running = untilSettled(library.MXPredForwardAsync(handle), () => {
      library.LPPredCancel(handle);
      expect(handle.state).toBe("busy");
      expect(failureOf(() => library.MXPredForward(handle)).code).toBe("busy");
      expect(failureOf(() => library.LPPredGetOutputCount(handle)).code).toBe("busy");
    });
    await expect(running).rejects.toMatchObject({ code: "cancelled" });
    expect(handle.state).toBe("alive");
    library.MXPredFree(handle);
  });

  it("begins anew the next time", async () => {
    const handle = createSlow();
    const running = library.MXPredForwardAsync(handle);
    const stopped = untilSettled(running, () => library.LPPredCancel(handle));
    await expect(stopped).rejects.toMatchObject({ code: "cancelled" });
    await library.MXPredForwardAsync(handle);
    const data = new Float32Array(1_000_000);
    library.MXPredGetOutput(handle, 0, data, data.length);
    expect(data[0]).toBeCloseTo(0.001, 6);
    expect(data.at(-1)).toBeCloseTo(0.001, 6);
    library.MXPredFree(handle);
  });

  it("cannot be cancelled once its handle was freed", async () => {
    const handle = createSlow();
    const running = library.MXPredForwardAsync(handle);
    library.LPPredCancel(handle);
    library.MXPredFree(handle);
    expect(failureOf(() => library.LPPredCancel(handle)).code).toBe("disposed");
    await running.catch(() => {});
    expect(failureOf(() => library.LPPredCancel(handle)).code).toBe("disposed");
  });
});
