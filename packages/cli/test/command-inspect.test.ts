import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Tensor, writeNpy } from "@libpredict/core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ModelReport } from "../src/inspect/model-report.js";
import { digits, writeDigitsNpy } from "./fake/digits-files.js";
import { writeModel } from "./fake/model-writer.js";
import { runCli } from "./fake/run-cli.js";

let folder: string;
const at = (name: string): string => join(folder, name);
const shape = ["--input", "data=1,1,8,8"];

const inspect = async (...words: string[]): Promise<ModelReport> => {
  const { code, stdout, stderr } = await runCli(["inspect", ...words, "--json"]);
  if (code !== 0) throw new Error(`exit code ${code}: ${stderr}`);
  return JSON.parse(stdout) as ModelReport;
};

/** A fully connected layer of 4 on `data`. */
const dense = [
  [
    { name: "data" },
    { name: "fc_weight" },
    { name: "fc_bias" },
    {
      name: "fc",
      op: "FullyConnected",
      attrs: { num_hidden: "4" },
      inputs: ["data", "fc_weight", "fc_bias"],
    },
  ],
  ["fc"],
] as const;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "libpredict-inspect-"));
  writeModel(at("dense"), dense);
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe("libpredict inspect", () => {
  it("counts the digit network as it is counted by hand", async () => {
    const report = await inspect(digits, ...shape, "--no-time");
    expect(report).toMatchObject({
      weights: "file",
      missing: [],
      inputs: [{ name: "data", dtype: "float32", shape: [1, 1, 8, 8] }],
      outputs: [{ name: "softmax_output", dtype: "float32", shape: [1, 10] }],
    });
    expect(report).not.toHaveProperty("time");
    const counts = Object.fromEntries(
      report.layers
        .filter((layer) => layer.parameters > 0)
        .map((layer) => [layer.name, [layer.parameters, layer.multiplyAdds]]),
    );
    // Convolutions: 3 × 3 windows; the picture is 16 × 16, then 8 × 8. BatchNorm: four for each channel.
    expect(counts).toEqual({
      conv1a_fwd: [3 * 3 * 16, 16 * 16 * 16 * 9],
      bn1a_fwd: [4 * 16, 0],
      conv1b_fwd: [3 * 3 * 16 * 16, 16 * 16 * 16 * 9 * 16],
      bn1b_fwd: [4 * 16, 0],
      conv2a_fwd: [3 * 3 * 16 * 32, 8 * 8 * 32 * 9 * 16],
      bn2a_fwd: [4 * 32, 0],
      conv2b_fwd: [3 * 3 * 32 * 32, 8 * 8 * 32 * 9 * 32],
      bn2b_fwd: [4 * 32, 0],
      dense1_fwd: [512 * 64 + 64, 512 * 64],
      dense2_fwd: [64 * 10 + 10, 64 * 10],
    });
    expect(report.parameters).toBe(50_138);
    expect(report.multiplyAdds).toBe(1_544_832);
    expect(report.memory.weights).toBe(4 * 50_138);
    const { temporary, packed, activations, scratch, plan } = report.memory;
    expect(temporary).toBe(packed + activations + scratch + plan);
    expect(activations).toBeGreaterThanOrEqual(4 * (64 + 10));
    const conv = report.layers.find((layer) => layer.name === "conv2a_fwd");
    expect(conv).toMatchObject({
      op: "Convolution",
      settings: "3×3 · 32",
      inputs: ["pool1_fwd"],
      outputs: [{ name: "conv2a_fwd_output", dtype: "float32", shape: [1, 32, 8, 8] }],
    });
    expect(report.layers[0]?.inputs).toEqual(["data"]);
  });

  it("grows with the batch", async () => {
    const report = await inspect(digits, "--input", "data=4,1,8,8", "--no-time");
    expect(report.multiplyAdds).toBe(4 * 1_544_832);
    expect(report.parameters).toBe(50_138);
    expect(report.outputs[0]?.shape).toEqual([4, 10]);
  });

  it("shows what a memory mode saves", async () => {
    const [fast, lean] = await Promise.all(
      ["fast", "lean"].map((mode) => inspect(digits, ...shape, "--no-time", "--memory", mode)),
    );
    expect(lean?.memory.packed).toBeLessThan(Number(fast?.memory.packed) / 2);
    expect(lean?.memory.weights).toBe(fast?.memory.weights);
  });

  it("measures the time of forwards at the threads that are used", async () => {
    const { time } = await inspect(digits, ...shape, "--threads", "1");
    expect(time).toMatchObject({ threads: 1 });
    expect(time?.runs).toBeGreaterThanOrEqual(3);
    expect(time?.fastest).toBeGreaterThan(0);
    expect(time?.median).toBeGreaterThanOrEqual(time?.fastest ?? Number.NaN);
    expect(time?.slowest).toBeGreaterThanOrEqual(time?.median ?? Number.NaN);
  });

  it("writes a table and totals to read", async () => {
    const { code, stdout, stderr } = await runCli(["inspect", digits, ...shape]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toMatch(/^inputs +data +1×1×8×8 +float32$/m);
    expect(stdout).toMatch(/^outputs +softmax_output +1×10 +float32$/m);
    expect(stdout).toMatch(/^layer +operator +output +parameters +multiply-adds$/m);
    expect(stdout).toMatch(
      /^conv2b_fwd +Convolution 3×3 · 32 +1×32×8×8 +9,216 +18\.4 % +590 k +38\.2 %$/m,
    );
    expect(stdout).toMatch(/^relu1a_fwd +Activation relu +1×16×16×16$/m);
    expect(stdout).toMatch(/^weights +196 KiB {2}50,138 parameters$/m);
    expect(stdout).toMatch(
      /^temporary memory +\S+ \S+ {2}activations .*, packed weights .*, scratch .*, plan /m,
    );
    expect(stdout).toMatch(/^operations +1\.54 M {2}multiply-adds in 21 layers$/m);
    expect(stdout).toMatch(
      /^time +\S+ (ms|µs|s) {2}median of \d+ runs \(.* to .*\), \d+ threads?$/m,
    );
  });

  it("sorts layers, and shows the first of them", async () => {
    const words = [digits, ...shape, "--no-time", "--top", "3"];
    const sorted = await inspect(...words, "--sort", "parameters");
    expect(sorted.layers.map((layer) => layer.name)).toEqual([
      "dense1_fwd",
      "conv2b_fwd",
      "conv2a_fwd",
    ]);
    const { stdout } = await runCli(["inspect", ...words, "--sort", "output"]);
    expect(stdout).toContain("… and 18 more layers");
    expect(stdout).toMatch(/operator.*\nconv1a_fwd .*\nbn1a_fwd .*\nrelu1a_fwd /);
    expect((await runCli(["inspect", ...words, "--sort", "size"])).code).toBe(2);
  });

  it("says the command to use where shapes are not known, with exit code 2", async () => {
    const { code, stdout, stderr } = await runCli(["inspect", digits]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain('the model does not say the shape of its input "data"');
    expect(stderr).toContain(`\n  libpredict inspect ${digits} --input data=1,3,224,224\n`);
    const wrong = await runCli(["inspect", digits, "--input", "data=1,3"]);
    expect(wrong.code).toBe(1);
    expect(wrong.stderr).toMatch(/^error \(shape\): /);
    const name = await runCli(["inspect", digits, "--input", "date=1,1,8,8"]);
    expect(name.code).toBe(1);
    expect(name.stderr).toMatch(/^error \(name\): .*"?data"?/);
  });

  it("takes shapes that the graph states, one for a batch left open", async () => {
    const [[data, ...rest], heads] = dense;
    const stated = (text: string) =>
      writeModel(at("stated"), [[{ ...data, attrs: { __shape__: text } }, ...rest], heads], {
        fc_weight: new Tensor(new Float32Array(12), [4, 3]),
        fc_bias: new Tensor(new Float32Array(4), [4]),
      });
    stated("(0, 3)");
    const report = await inspect(at("stated"), "--no-time");
    expect(report.inputs).toEqual([{ name: "data", dtype: "float32", shape: [1, 3] }]);
    const given = await inspect(at("stated"), "--no-time", "--input", "data=7,3");
    expect(given.inputs[0]?.shape).toEqual([7, 3]);
    stated("(2, 0)");
    expect((await runCli(["inspect", at("stated")])).code).toBe(2);
  });

  it("takes arrays for inputs, and their element types", async () => {
    writeDigitsNpy(at("x.npy"), [1, 2, 3]);
    const report = await inspect(digits, "--input", `data=${at("x.npy")}`, "--no-time");
    expect(report.inputs[0]?.shape).toEqual([3, 1, 8, 8]);
    const nodes = [{ name: "a" }, { name: "y", op: "square", inputs: ["a"] }];
    writeModel(at("any"), [nodes, ["y"]], {});
    writeFileSync(at("wide.npy"), writeNpy(new Tensor(Float64Array.of(1, 2), [2])));
    const wide = await inspect(at("any"), "--input", `a=${at("wide.npy")}`);
    expect(wide.inputs).toEqual([{ name: "a", dtype: "float64", shape: [2] }]);
    expect(wide.time?.runs).toBeGreaterThan(0);
  });

  it("measures a graph without parameters with random ones", async () => {
    const report = await inspect(at("dense"), "--input", "data=2,3");
    expect(report).toMatchObject({
      weights: "random",
      missing: [],
      parameters: 16,
      multiplyAdds: 24,
      inputs: [{ name: "data", shape: [2, 3] }],
      outputs: [{ name: "fc_output", shape: [2, 4] }],
    });
    expect(report.memory.weights).toBe(64);
    expect(report.time?.runs).toBeGreaterThan(0);
    const { stdout } = await runCli(["inspect", at("dense-symbol.json"), "--input", "data=2,3"]);
    expect(stdout).toContain("The model has no parameters; weights are random");
    const lost = await runCli(["inspect", at("dense")]);
    expect(lost.code).toBe(2);
    expect(lost.stderr).toContain('its input "data"');
  });

  it("names parameters that the file lacks, and measures no time then", async () => {
    writeModel(at("part"), dense, { fc_weight: new Tensor(new Float32Array(12), [4, 3]) });
    const report = await inspect(at("part"), "--input", "data=2,3");
    expect(report).toMatchObject({ weights: "file", missing: ["fc_bias"], parameters: 16 });
    expect(report.inputs.map((input) => input.name)).toEqual(["data"]);
    expect(report).not.toHaveProperty("time");
    const { stdout } = await runCli(["inspect", at("part"), "--input", "data=2,3"]);
    expect(stdout).toContain("The parameters lack 1 of the graph's: fc_bias.");
  });

  it("takes --params", async () => {
    const words = ["--params", `${digits}-0000.params`, ...shape, "--no-time"];
    expect(await inspect(`${digits}-symbol.json`, ...words)).toMatchObject({ parameters: 50_138 });
    const lost = await runCli(["inspect", digits, "--params", at("none.params"), ...shape]);
    expect(lost.code).toBe(1);
    expect(lost.stderr).toMatch(/^error \(load\)/);
  });

  it("fails on a damaged or unknown model with exit code 1, and writes no page", async () => {
    writeFileSync(at("bad-symbol.json"), "{");
    for (const [model, code] of [
      [at("bad"), "symbol"],
      [at("none"), "load"],
    ] as const) {
      const result = await runCli(["inspect", model, ...shape, "--html", at("bad.html")]);
      expect(result).toMatchObject({ code: 1, stdout: "" });
      expect(result.stderr).toContain(`error (${code})`);
    }
    expect(existsSync(at("bad.html"))).toBe(false);
  });

  it("writes a page that loads nothing, beside the report", async () => {
    const { code, stdout, stderr } = await runCli([
      "inspect",
      digits,
      ...shape,
      "--no-time",
      "--html",
      at("digits.html"),
      "--json",
    ]);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ parameters: 50_138 });
    expect(stderr).toBe("");
    const page = readFileSync(at("digits.html"), "utf8");
    expect(page.startsWith("<!doctype html>")).toBe(true);
    expect(page.match(/(src|href)="(?!data:)|url\((?!#)|@import|sourceMappingURL/)).toBeNull();
    expect(page.includes("default-src &#39;none&#39;")).toBe(true);
    for (const name of ["conv1a_fwd", "softmax", "1×32×8×8"])
      expect(page.includes(name)).toBe(true);
  });
});
