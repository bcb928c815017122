import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
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
  { name: "boxes", op: "Proposal", inputs: ["custom8"] },
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
        "",
      ].join("\n"),
    );
    expect(await runJson(["check", `${digits}-symbol.json`])).toEqual({
      symbol: `${digits}-symbol.json`,
      runs: true,
      errors: [],
      warnings: [],
      parameters: true,
      inputs: ["data"],
      outputs: ["softmax_output"],
    });
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
        "  Custom      9      Operator Custom is not registered",
        "                     custom0, custom1, custom2, custom3, custom4, custom5, and 3 more",
        "  Proposal    1      Operator Proposal is not registered",
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
      ["unsupported", "boxes", "Proposal"],
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
