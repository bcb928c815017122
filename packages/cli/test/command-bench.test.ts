import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { BenchReport } from "../src/bench/bench-report.js";
import { digits, writeDigitsNpy } from "./fake/digits-files.js";
import { writeModel } from "./fake/model-writer.js";
import { runCli, runJson } from "./fake/run-cli.js";

let folder: string;
const at = (name: string): string => join(folder, name);
const shape = ["--input", "data=2,1,8,8"];

const bench = async (...words: string[]): Promise<BenchReport> =>
  (await runJson(["bench", ...words])) as unknown as BenchReport;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "libpredict-bench-"));
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe("libpredict bench", () => {
  it("measures each number of threads", async () => {
    const report = await bench(digits, ...shape, "--runs", "30", "--threads", "2,1");
    expect(report).toMatchObject({
      model: digits,
      weights: "file",
      inputs: [{ name: "data", dtype: "float32", shape: [2, 1, 8, 8] }],
      outputs: [{ name: "softmax_output", dtype: "float32", shape: [2, 10] }],
      batch: 2,
      multiplyAdds: 2 * 1_544_832,
      memory: { weights: 4 * 50_138 },
    });
    expect(report.loadMs).toBeGreaterThan(0);
    expect(report.results.map(({ threads, runs }) => [threads, runs])).toEqual([
      [2, 30],
      [1, 30],
    ]);
    for (const one of report.results) {
      expect(one.createMs).toBeGreaterThan(0);
      expect(one.firstMs).toBeGreaterThan(0);
      expect(one.leastMs).toBeGreaterThan(0);
      expect(one.medianMs).toBeGreaterThanOrEqual(one.leastMs);
      expect(one.p95Ms).toBeGreaterThanOrEqual(one.medianMs);
      expect(one.meanMs).toBeGreaterThanOrEqual(one.leastMs);
      expect(one.imagesPerSecond).toBeCloseTo(2000 / one.medianMs, 6);
      expect(one.gflops).toBeCloseTo((2 * report.multiplyAdds) / one.medianMs / 1e6, 6);
      expect(one.memory.activations).toBeGreaterThan(2 * 64 * 4);
    }
  });

  it("writes a table to read", async () => {
    const words = [digits, ...shape, "--seconds", "0.2", "--threads", "1,2"];
    const { code, stdout, stderr } = await runCli(["bench", ...words]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toMatch(/^inputs +data +2×1×8×8 +float32$/m);
    expect(stdout).toMatch(/^load +[\d.]+ (ms|µs)$/m);
    expect(stdout).toMatch(/^weights +196 KiB {2}and [\d.]+ \w+ packed$/m);
    expect(stdout).toMatch(/^operations +3\.09 M {2}multiply-adds in a run$/m);
    expect(stdout).toMatch(/^images +2 {2}in a run$/m);
    expect(stdout).toMatch(
      /^threads +create +first run +least +median +95 % +mean +runs +images\/s +GFLOPS +memory$/m,
    );
    const time = String.raw`[\d.]+ (ms|µs|s) +`;
    for (const threads of [1, 2])
      expect(stdout).toMatch(
        new RegExp(String.raw`^ +${threads} +(${time}){6}\d+ +[\d,.]+ +[\d.]+ +[\d.]+ KiB$`, "m"),
      );
  });

  it("measures for as long as is wanted", async () => {
    const begin = performance.now();
    const { results } = await bench(digits, ...shape, "--seconds", "0.3", "--threads", "1");
    const [one] = results;
    expect((one?.runs ?? 0) * (one?.meanMs ?? 0)).toBeGreaterThanOrEqual(299);
    expect(performance.now() - begin).toBeLessThan(3000);
  });

  it("takes arrays, and graphs without parameters", async () => {
    writeDigitsNpy(at("x.npy"), [1, 2, 3]);
    const report = await bench(digits, "--input", `data=${at("x.npy")}`, "--runs", "2");
    expect(report).toMatchObject({ batch: 3, results: [{ runs: 2 }] });
    const fullyConnected = {
      name: "fc",
      op: "FullyConnected",
      attrs: { num_hidden: "4", no_bias: "True" },
      inputs: ["data", "w"],
    };
    writeModel(at("bare"), [[{ name: "data" }, { name: "w" }, fullyConnected], ["fc"]]);
    const bare = [at("bare"), "--input", "data=2,3", "--runs", "2"];
    expect(await bench(...bare)).toMatchObject({ weights: "random", multiplyAdds: 2 * 3 * 4 });
    const { stdout } = await runCli(["bench", ...bare]);
    expect(stdout).toContain("The model has no parameters; weights are random.");
  });

  it("fails with a reason", async () => {
    const lost = await runCli(["bench", at("none")]);
    expect(lost).toMatchObject({ code: 1, stdout: "" });
    expect(lost.stderr).toContain("error (load)");
    const shapeless = await runCli(["bench", digits]);
    expect(shapeless).toMatchObject({ code: 2, stdout: "" });
    expect(shapeless.stderr).toContain(`libpredict bench ${digits} --input data=1,3,224,224\n`);
    for (const wrong of [
      ["--runs", "0"],
      ["--runs", "5", "--seconds", "1"],
      ["--seconds", "0"],
      ["--seconds", "-1"],
      ["--seconds", "1e9"],
      ["--seconds", "soon"],
      ["--threads", "1,0"],
      ["--threads", "1,,2"],
      ["--threads", "2,2"],
    ]) {
      const { code, stdout, stderr } = await runCli(["bench", digits, ...shape, ...wrong]);
      expect({ code, stdout }, wrong.join(" ")).toEqual({ code: 2, stdout: "" });
      expect(stderr).toContain(wrong[0]);
    }
  });
});
