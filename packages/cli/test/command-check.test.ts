import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Tensor } from "@libpredict/core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { digits } from "./fake/digits-files.js";
import { type NodeText, writeModel } from "./fake/model-writer.js";
import { runCli, runJson } from "./fake/run-cli.js";

let folder: string;
const at = (name: string): string => join(folder, name);

const unsupported: readonly NodeText[] = [
  { name: "data" },
  { name: "bad", op: "Activation", attrs: { act_type: "bad" }, inputs: ["data"] },
  ...Array.from({ length: 9 }, (_, i) => ({
    name: `custom${i}`,
    op: "Custom",
    attrs: { op_type: "mine" },
    inputs: [i === 0 ? "bad" : `custom${i - 1}`],
  })),
  { name: "boxes", op: "Novel", inputs: ["custom8"] },
];

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "libpredict-check-"));
  writeModel(at("unsupported"), [unsupported, ["boxes"]]);
  const relu = { act_type: "relu", strange_attribute: "1" };
  writeModel(at("strange"), [
    [{ name: "data" }, { name: "act", op: "Activation", attrs: relu, inputs: ["data"] }],
    ["act"],
  ]);
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe("check", () => {
  it("says that everything is supported, and what goes in and out", async () => {
    const { code, stdout, stderr } = await runCli(["check", digits]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toBe(
      [
        `ok  ${digits}-symbol.json: everything in it is supported`,
        "    inputs   data",
        "    outputs  softmax_output",
        "    shapes   not checked; --input data=1,3,224,224 does, with your sizes",
        "",
      ].join("\n"),
    );
    expect(await runJson(["check", `${digits}-symbol.json`])).toEqual({
      symbol: `${digits}-symbol.json`,
      runs: true,
      errors: [],
      warnings: [],
      weights: expect.arrayContaining(["conv1a_weight", "bn1a_running_var"]),
      parameters: true,
      inputs: ["data"],
      outputs: ["softmax_output"],
      shapes: null,
    });
  });

  it("makes a predictor where shapes are given", async () => {
    const { code, stdout } = await runCli(["check", digits, "--input", "data=1,1,8,8"]);
    expect(code).toBe(0);
    expect(stdout).not.toContain("not checked");
    const wrong = await runCli(["check", digits, "--input", "data=1,3,8,8"]);
    expect(wrong.code).toBe(1);
    expect(wrong.stdout).toMatch(/cannot run\n\nerrors\n/);
    expect(wrong.stdout).toMatch(/expected|weight/);
    const stranger = await runCli(["check", digits, "--input", "nothing=1"]);
    expect(stranger.code).not.toBe(0);
  });

  it("lists the weights and states that the parameters lack", async () => {
    const nodes: readonly NodeText[] = [
      { name: "data" },
      { name: "fc_weight" },
      { name: "fc_bias" },
      {
        name: "fc",
        op: "FullyConnected",
        attrs: { num_hidden: "2" },
        inputs: ["data", "fc_weight", "fc_bias"],
      },
      { name: "bn", op: "BatchNorm", inputs: ["fc"] },
    ];
    writeModel(at("lacking"), [nodes, ["bn"]], {
      fc_weight: new Tensor(new Float32Array(6), [2, 3]),
      bn_gamma: new Tensor(new Float32Array(2), [2]),
    });
    const report = (await runCli(["check", at("lacking"), "--json"])).stdout;
    expect(JSON.parse(report)).toMatchObject({
      runs: false,
      inputs: ["data"],
      weights: ["fc_weight", "fc_bias", "bn_gamma", "bn_beta", "bn_moving_mean", "bn_moving_var"],
      errors: [
        { code: "missing", node: "fc_bias", op: "null" },
        { code: "missing", node: "bn_beta", op: "null" },
      ],
    });
    const { code, stdout } = await runCli(["check", at("lacking"), "--input", "data=1,3"]);
    expect(code).toBe(1);
    expect(stdout).toContain(
      [
        "  (parameter)  2      weight is not in the file of parameters",
        "                      → take the parameters that were saved with this symbol, or give it as an input",
        "                      fc_bias, bn_beta",
        "               2      auxiliary state is not in the file of parameters",
        "                      → take the parameters that were saved with this symbol, or give it as an input",
        "                      bn_moving_mean, bn_moving_var",
      ].join("\n"),
    );
    const given = ["--input", "data=1,3", "--input", "fc_bias=2", "--json"];
    const others = JSON.parse((await runCli(["check", at("lacking"), ...given])).stdout) as {
      errors: { node: string }[];
    };
    expect(others.errors.map(({ node }) => node)).toEqual([
      "bn_beta",
      "bn_moving_mean",
      "bn_moving_var",
    ]);
  });

  it("names the node whose element type no algorithm does", async () => {
    writeModel(
      at("integers"),
      [[{ name: "data" }, { name: "finite", op: "all_finite", inputs: ["data"] }], ["finite"]],
      { unused: new Tensor(new Float32Array(1), [1]), data: new Tensor(Int32Array.of(1, 2), [2]) },
    );
    const { code, stdout } = await runCli(["check", at("integers"), "--json"]);
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ errors: [{ node: "finite", op: "all_finite" }] });
  });

  it("suggests the operator that was meant", async () => {
    writeModel(at("misspelt"), [
      [{ name: "data" }, { name: "act", op: "Activations", inputs: ["data"] }],
      ["act"],
    ]);
    const { stdout } = await runCli(["check", at("misspelt")]);
    expect(stdout).toContain("Operator Activations is not registered; did you mean 'Activation'");
  });

  it("reads the parameters of an epoch", async () => {
    copyFileSync(`${digits}-symbol.json`, at("epochs-symbol.json"));
    copyFileSync(`${digits}-0000.params`, at("epochs-0000.params"));
    writeFileSync(at("epochs-0001.params"), "damaged");
    expect(await runCli(["check", at("epochs")])).toMatchObject({ code: 1 });
    expect(await runCli(["check", at("epochs"), "--epoch", "0"])).toMatchObject({ code: 0 });
    const missing = await runCli(["check", at("epochs"), "--epoch", "2"]);
    expect(missing.code).toBe(1);
    expect(missing.stderr).toContain("there are epochs 0, 1");
  });

  it("says that it takes no URLs, and which command does", async () => {
    expect(await runCli(["check", "https://example.com/digits"])).toMatchObject({
      code: 2,
      stdout: "",
      stderr: expect.stringMatching(/is a URL, .* local files\n.*libpredict predict takes URLs/),
    });
  });

  it("lists everything that is not supported, by operator, and exits with 1", async () => {
    const { code, stdout, stderr } = await runCli(["check", at("unsupported")]);
    expect({ code, stderr }).toEqual({ code: 1, stderr: "" });
    expect(stdout).toBe(
      [
        `no  ${at("unsupported")}-symbol.json cannot run`,
        "",
        "errors",
        "  operator    nodes  problem and where",
        "  Activation  1      attribute 'act_type' is \"bad\", expected one of relu|sigmoid|tanh|softrelu|softsign",
        "                     bad",
        "  Custom      9      Operator Custom is not registered: it calls code of the program that made the model, which no file holds",
        "                     → choose an output before it, or export the network with built-in operators in its place",
        "                     custom0, custom1, custom2, custom3, custom4, custom5, and 3 more",
        "  Novel       1      Operator Novel is not registered",
        "                     boxes",
        "",
      ].join("\n"),
    );
  });

  it("names every node in its JSON", async () => {
    const { code, stdout } = await runCli(["check", at("unsupported"), "--json"]);
    expect(code).toBe(1);
    const report = JSON.parse(stdout) as {
      runs: boolean;
      errors: { code: string; node: string; op: string; text: string }[];
      inputs: unknown;
    };
    expect(report).toMatchObject({ runs: false, warnings: [], parameters: null, inputs: null });
    expect(report.errors.map(({ code: kind, node, op }) => [kind, node, op])).toEqual([
      ["attribute", "bad", "Activation"],
      ...Array.from({ length: 9 }, (_, i) => ["unsupported", `custom${i}`, "Custom"]),
      ["unsupported", "boxes", "Novel"],
    ]);
  });

  it("warns of attributes that are ignored, which is no failure", async () => {
    const { code, stdout } = await runCli(["check", at("strange")]);
    expect(code).toBe(0);
    expect(stdout).toContain("ok  ");
    expect(stdout).toContain("warnings\n");
    expect(stdout).toContain("strange_attribute");
    // The graph alone: nobody can tell weights and inputs apart.
    expect(stdout).toContain("parameters  no file");
    expect(stdout).not.toContain("inputs");
  });

  it("lets no name of a model act on the terminal", async () => {
    const name = "red\u001b[31m\u0007";
    writeModel(at("names"), [
      [{ name: "data" }, { name, op: "Custom", attrs: { op_type: "mine" }, inputs: ["data"] }],
      [name],
    ]);
    const { stdout } = await runCli(["check", at("names")]);
    expect(stdout).toContain("red�[31m�\n");
    const predicted = await runCli(["predict", at("names"), "x.npy", "--no-params"]);
    expect(predicted.stderr).toContain("Custom (node red�[31m�)");
    for (const text of [stdout, predicted.stderr]) expect(text).not.toContain("\u001b");
  });

  it("says where a symbol is damaged", async () => {
    writeFileSync(at("damaged-symbol.json"), '{\n  "nodes": [');
    const { code, stdout, stderr } = await runCli(["check", at("damaged")]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toMatch(/^error \(symbol\): symbol JSON: line 2, /);
  });

  it("notices damaged parameters", async () => {
    copyFileSync(`${digits}-symbol.json`, at("cut-symbol.json"));
    const params = readFileSync(`${digits}-0000.params`);
    writeFileSync(at("cut-0000.params"), params.subarray(0, params.length / 2));
    const { code, stdout, stderr } = await runCli(["check", at("cut")]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toMatch(/^error \(params\): /);
  });

  it("lists where it looked for a model that is not there", async () => {
    const { code, stdout, stderr } = await runCli(["check", at("nothing"), "--json"]);
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      error: {
        code: "load",
        tried: [
          { source: "symbol", path: `${at("nothing")}-symbol.json`, reason: "no such file" },
          { source: "symbol", path: `${at("nothing")}.json`, reason: "no such file" },
        ],
      },
    });
    expect(stderr).toContain(`(${at("nothing")}-symbol.json): no such file`);
    expect(stderr).toContain("A model is named by its path without the endings");
  });
});
