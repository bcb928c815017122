import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Model, readNDArrays, readNpy, Tensor, writeNDArrays } from "@libpredict/core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { digits, digitsTensor, golden } from "./fake/digits-files.js";
import { runCli, runJson } from "./fake/run-cli.js";

let folder: string;
const at = (name: string): string => join(folder, name);
const params = `${digits}-0000.params`;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "libpredict-convert-"));
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe("libpredict convert", () => {
  it("brings parameters to NumPy and back, byte by byte", async () => {
    const { code, stdout, stderr } = await runCli(["convert", params, at("d.npz")]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toMatch(/d\.npz: 24 arrays, \d+ KiB\n$/);
    expect(await runJson(["convert", at("d.npz"), at("d.params")])).toEqual({
      input: at("d.npz"),
      output: at("d.params"),
      bytes: readFileSync(params).length,
      arrays: 24,
      warnings: [],
    });
    expect(readFileSync(at("d.params")).equals(readFileSync(params))).toBe(true);
    const small = await runJson(["convert", params, at("small.npz"), "--compress"]);
    expect(small["bytes"]).toBeLessThan(readFileSync(at("d.npz")).length);
  });

  it("takes one array out, and names the one of a .npy file after the file", async () => {
    const bias = ["--array", "arg:dense2_bias"];
    expect(await runCli(["convert", params, at("bias.npy"), ...bias])).toMatchObject({ code: 0 });
    const { names, tensors } = readNDArrays(readFileSync(params));
    const expected = tensors[names.indexOf("arg:dense2_bias")];
    expect(readNpy(readFileSync(at("bias.npy")))).toEqual(expected);
    await runCli(["convert", at("bias.npy"), at("bias.nd")]);
    expect(readNDArrays(readFileSync(at("bias.nd")))).toEqual({
      names: ["bias"],
      tensors: [expected],
    });
  });

  it("refuses several arrays for one .npy file, and lists names for an unknown one", async () => {
    const many = await runCli(["convert", params, at("many.npy")]);
    expect(many.code).toBe(2);
    expect(many.stderr).toContain("a .npy file holds one array, and there are 24");
    const none = await runCli(["convert", params, at("many.npy"), "--array", "dense2_bias"]);
    expect(none.code).toBe(1);
    expect(none.stderr).toContain('there is no array "dense2_bias"; there are: arg:conv1a_weight,');
  });

  it("warns of names that MXNet would ignore in a .params file", async () => {
    const unnamed = writeNDArrays({ names: [], tensors: [new Tensor(Float32Array.of(1), [1])] });
    writeFileSync(at("mean.nd"), unnamed);
    await runCli(["convert", at("mean.nd"), at("mean.npz")]);
    const { code, stderr } = await runCli(["convert", at("mean.npz"), at("mean.params")]);
    expect(code).toBe(0);
    expect(stderr).toContain('1 without arg: or aux:, such as "arr_0"; MXNet ignores');
  });

  it("writes an old graph as MXNet 1.9.1 does; it computes the same", async () => {
    // The oldest form: no version, parameters under "param", no moving averages in the graph.
    const old = {
      nodes: [
        { op: "null", param: {}, name: "data", inputs: [], backward_source_id: -1 },
        {
          op: "Pooling",
          param: { kernel: "(2,2)", pool_type: "max", stride: "(2,2)", pad: "(0,0)" },
          name: "pool",
          inputs: [[0, 0]],
          backward_source_id: -1,
        },
      ],
      arg_nodes: [0],
      heads: [[1, 0]],
    };
    writeFileSync(at("old-symbol.json"), JSON.stringify(old));
    const report = await runJson(["convert", at("old-symbol.json"), at("new-symbol.json")]);
    expect(report).toMatchObject({ age: "before 0.9", warnings: [] });
    const written = JSON.parse(readFileSync(at("new-symbol.json"), "utf8"));
    expect(written.attrs.mxnet_version).toEqual(["int", 10901]);
    // Of 2015, so windows round up: 5 wide gives 3.
    const x = new Tensor(
      Float32Array.from({ length: 25 }, (_, i) => i),
      [1, 1, 5, 5],
    );
    for (const name of ["old", "new"]) {
      using model = await Model.load({ symbol: readFileSync(at(`${name}-symbol.json`)) });
      using predictor = model.createPredictor({ inputs: { data: [1, 1, 5, 5] } });
      const { pool } = await predictor.run({ data: x });
      expect(pool?.toNested(), name).toEqual([
        [
          [
            [6, 8, 9],
            [16, 18, 19],
            [21, 23, 24],
          ],
        ],
      ]);
    }
  });

  it("leaves a graph of today computing what MXNet says", async () => {
    const { code, stdout } = await runCli([
      "convert",
      `${digits}-symbol.json`,
      at("digits-symbol.json"),
    ]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/graph of MXNet 1\.9\.1, from one of MXNet 1\.9\.1/);
    using model = await Model.load({
      symbol: readFileSync(at("digits-symbol.json")),
      params: readFileSync(params),
    });
    using predictor = model.createPredictor({ inputs: { data: [1, 1, 8, 8] } });
    const [first] = golden;
    const { softmax } = await predictor.run({ data: digitsTensor([first?.index ?? 0]) });
    softmax?.data.forEach((value, i) => {
      expect(value).toBeCloseTo(first?.softmax[i] ?? Number.NaN, 5);
    });
  });

  it("does not write over a file without --force, and leaves no part of one", async () => {
    writeFileSync(at("kept.npz"), "mine");
    const refused = await runCli(["convert", params, at("kept.npz")]);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toMatch(/^error \(exists\): .*kept\.npz exists already\n--force/);
    expect(readFileSync(at("kept.npz"), "utf8")).toBe("mine");
    writeFileSync(at("bad.params"), readFileSync(params).subarray(0, 1000));
    const damaged = await runCli(["convert", at("bad.params"), at("kept.npz"), "--force"]);
    expect(damaged.code).toBe(1);
    expect(damaged.stderr).toMatch(/^error \(params\): /);
    expect(readFileSync(at("kept.npz"), "utf8")).toBe("mine");
    expect((await runCli(["convert", params, at("kept.npz"), "-f"])).code).toBe(0);
    expect(readFileSync(at("kept.npz")).equals(readFileSync(at("d.npz")))).toBe(true);
    const nowhere = await runCli(["convert", params, join(folder, "no", "d.npz")]);
    expect(nowhere.code).toBe(1);
    expect(nowhere.stderr).toMatch(/^error \(file\): ENOENT/);
    expect(readdirSync(folder).filter((name) => name.startsWith("."))).toEqual([]);
  });

  it("says what is wrong with the arguments", async () => {
    for (const [words, message] of [
      [[params, at("a.txt")], "a.txt has none of the endings"],
      [[params, at("a.json")], "arrays cannot become a graph"],
      [[`${digits}-symbol.json`, at("a.npz")], "arrays cannot become a graph"],
      [[params, at("a.nd"), "--compress"], "--compress is for .npz files"],
      [[`${digits}-symbol.json`, at("a.json"), "--array", "x"], "--array is for files of arrays"],
    ] as const) {
      const { code, stdout, stderr } = await runCli(["convert", ...words]);
      expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
      expect(stderr).toContain(message);
    }
    const lost = await runCli(["convert", at("none.params"), at("a.npz")]);
    expect(lost.code).toBe(1);
    expect(lost.stderr).toMatch(/^error \(file\): ENOENT/);
  });
});

describe("libpredict convert and MXNet", () => {
  it("MXNet loads the parameters that went through NumPy", async ({ skip }) => {
    const python = process.env["LIBPREDICT_REFERENCE_PYTHON"];
    const has = python !== undefined && spawnSync(python, ["-c", "import mxnet"]).status === 0;
    skip(
      !has && process.env["LIBPREDICT_REQUIRE_ALL"] !== "1",
      "MXNet: LIBPREDICT_REFERENCE_PYTHON names no Python that has it. To run: pip install mxnet==1.9.1 numpy==1.23.5, and LIBPREDICT_REFERENCE_PYTHON=that Python",
    );
    await runCli(["convert", params, at("m.npz"), "-f"]);
    await runCli(["convert", at("m.npz"), at("m.params"), "-f"]);
    const code = `import mxnet as mx; a, b = mx.nd.load("${params}"), mx.nd.load("${at("m.params")}"); assert list(a) == list(b); assert all((a[k].asnumpy() == b[k].asnumpy()).all() for k in a); print(len(a))`;
    const { stdout, stderr } = spawnSync(python ?? "python3", ["-c", code], { encoding: "utf8" });
    expect(stdout.trim(), stderr).toBe("24");
  });
});
