import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { Tensor } from "@libpredict/core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { digits } from "./fake/digits-files.js";
import { writeModel } from "./fake/model-writer.js";
import { runCli, runJson } from "./fake/run-cli.js";

let folder: string;
const at = (name: string): string => join(folder, name);

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "libpredict-trim-"));
  const act = (name: string, op: string, type: string) => ({
    name,
    op,
    attrs: { act_type: type },
    inputs: ["data"],
  });
  // Without a version: of before 0.9.
  writeModel(at("rectified"), [
    [{ name: "data" }, act("a", "Activation", "tanh"), act("b", "LeakyReLU", "elu")],
    ["a", "b"],
  ]);
  writeModel(
    at("half"),
    [
      [{ name: "data" }, { name: "w" }, { name: "sum", op: "_Plus", inputs: ["data", "w"] }],
      ["sum"],
    ],
    { w: new Tensor(new Uint16Array(2), [2], "float16") },
  );
  writeModel(at("strange"), [
    [{ name: "data" }, { name: "own", op: "Custom", attrs: {}, inputs: ["data"] }],
    ["own"],
  ]);
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** What a header lists and defines. */
function read(header: string): { operators: string[]; macros: Record<string, string> } {
  const operators = [...header.matchAll(/^ {2}X\((\w+)\)/gm)].map(([, name]) => name ?? "");
  const macros = [...header.matchAll(/^#define (\w+) (.+)$/gm)].map(([, name, value]) => [
    name,
    value,
  ]);
  return { operators, macros: Object.fromEntries(macros) };
}

const digitsOperators = [
  "Activation",
  "BatchNorm",
  "Convolution",
  "Dropout",
  "Flatten",
  "FullyConnected",
  "Pooling",
  "UpSampling",
  "softmax",
];

describe("libpredict trim", () => {
  it("lists what a model needs, and nothing else", async () => {
    const { code, stdout, stderr } = await runCli(["trim", digits]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const { operators, macros } = read(stdout);
    expect(operators).toEqual(digitsOperators);
    expect(macros).toMatchObject({
      LP_CONFIG_NAMES: `"${digitsOperators.join(", ")}"`,
      LP_CONFIG_ACTIVATIONS: "(1u << LP_ACTIVATE_RELU)",
      LP_NO_THREADS: "1",
      LP_WITH_FAST: "0",
      LP_WITH_LEVELS: "0",
      LP_WITH_CHAINS: "0",
      LP_WITH_TEXTS: "0",
      LP_WITH_REPORTS: "0",
      LP_WITH_DTYPES: "0",
      LP_WITH_OLD_FILES: "0",
      LP_WITH_SUBGRAPHS: "0",
    });
    expect(stdout).toContain(" *   digits\n");
    expect(stdout).toContain("cc -Os -DLP_MINIMAL -c predict.c");
    expect(stdout).not.toContain(digits);
  });

  it("writes over the file that is there, whole or not at all", async () => {
    writeFileSync(at("predict_config.h"), "old");
    const { code, stdout, stderr } = await runCli(["trim", digits, "-o", at("predict_config.h")]);
    expect({ code, stdout }).toEqual({ code: 0, stdout: "" });
    expect(stderr).toContain("9 operators");
    const written = readFileSync(at("predict_config.h"), "utf8");
    expect(written).toBe((await runCli(["trim", digits])).stdout);
    const failed = await runCli(["trim", digits, at("strange"), "-o", at("predict_config.h")]);
    expect(failed.code).toBe(1);
    expect(failed.stderr).toMatch(/^error \(unsupported\): .*Custom \(node own\)/);
    expect(readFileSync(at("predict_config.h"), "utf8")).toBe(written);
    const nowhere = await runCli(["trim", digits, "-o", join(folder, "no", "a.h")]);
    expect(nowhere).toMatchObject({ code: 1, stdout: "" });
    expect(nowhere.stderr).toMatch(/^error \(file\): ENOENT/);
    expect(readdirSync(folder).filter((name) => name.startsWith("."))).toEqual([]);
  });

  it("joins several models, and keeps what their files need", async () => {
    const report = await runJson(["trim", digits, at("rectified"), at("half-symbol.json")]);
    expect(report).toMatchObject({
      models: [basename(digits), "rectified", "half"],
      operators: [...digitsOperators, "LeakyReLU", "elemwise_add"].sort(),
      activations: ["ELU", "RELU", "TANH"],
      parts: ["dtypes", "old-files"],
      output: null,
    });
    const { macros } = read(String(report["header"]));
    expect(macros).toMatchObject({
      LP_CONFIG_ACTIVATIONS:
        "(1u << LP_ACTIVATE_ELU | 1u << LP_ACTIVATE_RELU | 1u << LP_ACTIVATE_TANH)",
      LP_WITH_DTYPES: "1",
      LP_WITH_OLD_FILES: "1",
      LP_WITH_TEXTS: "0",
    });
  });

  it("looks into subgraphs", async () => {
    const variable = (name: string) => ({ op: "null", name, inputs: [] });
    const dense = { op: "FullyConnected", name: "fc", attrs: { num_hidden: "2" } };
    const relu = { op: "Activation", name: "act", attrs: { act_type: "relu" } };
    const inner = {
      nodes: [
        ...["x", "w", "b"].map(variable),
        { ...dense, inputs: [0, 1, 2].map((node) => [node, 0, 0]) },
        { ...relu, inputs: [[3, 0, 0]] },
      ],
      arg_nodes: [0, 1, 2],
      heads: [[4, 0, 0]],
    };
    const fused = { op: "_sg_mkldnn_fully_connected", name: "sg", subgraphs: [inner] };
    const whole = {
      nodes: [
        ...["data", "weight", "bias"].map(variable),
        { ...fused, inputs: [0, 1, 2].map((node) => [node, 0, 0]) },
      ],
      arg_nodes: [0, 1, 2],
      heads: [[3, 0, 0]],
      attrs: { mxnet_version: ["int", 10901] },
    };
    writeFileSync(at("fused-symbol.json"), JSON.stringify(whole));
    expect(await runJson(["trim", at("fused-symbol.json")])).toMatchObject({
      operators: ["Activation", "FullyConnected"],
      activations: ["RELU"],
      parts: ["subgraphs"],
    });
  });

  it("keeps the parts that are asked for", async () => {
    const { stdout } = await runCli([
      "trim",
      digits,
      "--keep",
      "speed, levels, threads",
      "--keep",
      "words",
    ]);
    const { macros } = read(stdout);
    expect(macros).toMatchObject({ LP_WITH_FAST: "1", LP_WITH_LEVELS: "1", LP_WITH_TEXTS: "1" });
    expect(macros).not.toHaveProperty("LP_NO_THREADS");
    expect(stdout).toContain("-lm -pthread\n");
  });

  it("says what is wrong with the arguments", async () => {
    for (const [words, message] of [
      [[], "missing required argument 'model'"],
      [
        [digits, "--keep", "speed,colour"],
        'There is no part "colour"; there are: speed, levels, threads,',
      ],
      [[digits, digits, "--epoch", "0"], "--params and --epoch are for one model"],
    ] as const) {
      const { code, stdout, stderr } = await runCli(["trim", ...words]);
      expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
      expect(stderr).toContain(message);
    }
    const lost = await runCli(["trim", at("nothing")]);
    expect(lost.code).toBe(1);
    expect(lost.stderr).toMatch(/^error \(load\): no model/);
  });
});
