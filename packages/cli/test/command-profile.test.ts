import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Tensor } from "@libpredict/core";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { referenceLibrary, skipReference } from "../../core/test/fake/reference-library.js";
import type { GroupReport, ProfileReport } from "../src/profile/profile-report.js";
import { digits, writeDigitsNpy } from "./fake/digits-files.js";
import { writeModel } from "./fake/model-writer.js";
import { runCli, runJson } from "./fake/run-cli.js";

let folder: string;
const at = (name: string): string => join(folder, name);
const quick = [digits, "--input", "data=1,1,8,8", "--runs", "20"];

const profile = async (...words: string[]): Promise<ProfileReport> =>
  (await runJson(["profile", ...words])) as unknown as ProfileReport;

const sum = <T>(items: readonly T[], of: (item: T) => number): number =>
  items.reduce((total, item) => total + of(item), 0);

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "libpredict-profile-"));
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe("libpredict profile", () => {
  it("tells where the time of the digit network goes", async () => {
    const report = await profile(...quick, "--threads", "1");
    expect(report).toMatchObject({
      model: digits,
      weights: "file",
      inputs: [{ name: "data", dtype: "float32", shape: [1, 1, 8, 8] }],
      outputs: [{ name: "softmax_output", dtype: "float32", shape: [1, 10] }],
      threads: 1,
      runs: 20,
      // As it is counted by hand for `inspect`.
      multiplyAdds: 1_544_832,
    });
    const { nodes, meanMs, bytes } = report;
    expect(sum(nodes, (node) => node.meanMs)).toBeCloseTo(meanMs, 4);
    expect(sum(nodes, (node) => node.share)).toBeCloseTo(1, 3);
    expect(sum(nodes, (node) => node.bytes)).toBe(bytes);
    expect(report.gflops).toBeCloseTo((2 * 1_544_832) / (sum(nodes, (n) => n.meanMs) * 1e6), 6);
    for (const { leastMs, meanMs: mean, algorithm } of nodes) {
      expect(leastMs).toBeGreaterThan(0);
      expect(mean).toBeGreaterThanOrEqual(leastMs - 1e-6);
      expect(algorithm).toMatch(/\S/);
    }
    expect(nodes.map((node) => node.op)).toContain("Convolution");
    for (const [groups, key] of [
      [report.operators, "op"],
      [report.algorithms, "algorithm"],
    ] as const) {
      const names = new Set(nodes.map((node) => node[key]));
      expect(new Set(groups.map((group: GroupReport) => group.name))).toEqual(names);
      expect(groups).toHaveLength(names.size);
      expect(sum(groups, (group) => group.nodes)).toBe(nodes.length);
      expect(sum(groups, (group) => group.meanMs)).toBeCloseTo(meanMs, 4);
      expect(sum(groups, (group) => group.share)).toBeCloseTo(1, 3);
      const times = groups.map((group) => group.meanMs);
      expect(times).toEqual([...times].sort((a, b) => b - a));
    }
  });

  it("writes tables and totals to read", async () => {
    const { code, stdout, stderr } = await runCli(["profile", ...quick, "--threads", "1"]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toMatch(/^inputs +data +1×1×8×8 +float32$/m);
    expect(stdout).toMatch(/^node +operator +algorithm +(ms|µs) +least +share +GFLOPS +moved$/m);
    expect(stdout).toMatch(
      /^relu2b_fwd +Convolution +\S+ +\d+\.\d{2,3} +\d+\.\d{2,3} +[\d.]+ % +[█▏▎▍▌▋▊▉]+ +[\d.]+ +[\d.]+ KiB$/m,
    );
    expect(stdout).toContain("█".repeat(12));
    expect(stdout).toMatch(/^operator +nodes +(ms|µs) +share +GFLOPS +moved\nConvolution +4 /m);
    expect(stdout).toMatch(/^algorithm +nodes +(ms|µs) +share +GFLOPS +moved\n\S/m);
    expect(stdout).toMatch(
      /^time +[\d.]+ (ms|µs) {2}sum of \d+ nodes, mean of 20 runs, 1 thread$/m,
    );
    expect(stdout).toMatch(/^GFLOPS +[\d.]+ {2}1\.54 M multiply-adds, two operations each$/m);
  });

  it("sorts nodes, and shows the first of them", async () => {
    const sorted = await profile(...quick, "--sort", "time");
    const times = sorted.nodes.map((node) => node.meanMs);
    expect(times).toEqual([...times].sort((a, b) => b - a));
    const top = await profile(...quick, "--top", "2");
    expect(top.nodes).toHaveLength(2);
    // Sums are those of all nodes.
    expect(sum(top.operators, (group) => group.nodes)).toBe(sorted.nodes.length);
    const graph = await profile(...quick);
    expect(top.nodes.map((node) => node.name)).toEqual(
      graph.nodes.slice(0, 2).map((node) => node.name),
    );
    const { stdout } = await runCli(["profile", ...quick, "--top", "2"]);
    expect(stdout).toContain(`… and ${graph.nodes.length - 2} more nodes`);
  });

  it("measures for two seconds where no number of runs is given", async () => {
    const { runs } = await profile(digits, "--input", "data=1,1,8,8");
    expect(runs).toBeGreaterThan(20);
  });

  it("takes arrays, --params, and graphs without parameters", async () => {
    writeDigitsNpy(at("x.npy"), [1, 2, 3]);
    const words = ["--params", `${digits}-0000.params`, "--runs", "2"];
    const report = await profile(
      `${digits}-symbol.json`,
      "--input",
      `data=${at("x.npy")}`,
      ...words,
    );
    expect(report).toMatchObject({ multiplyAdds: 3 * 1_544_832, runs: 2 });
    const square = [{ name: "data" }, { name: "w" }, fullyConnected];
    writeModel(at("bare"), [square, ["fc"]]);
    const bare = [at("bare"), "--input", "data=2,3", "--runs", "2"];
    expect(await profile(...bare)).toMatchObject({ weights: "random", multiplyAdds: 2 * 3 * 4 });
    const { stdout } = await runCli(["profile", ...bare]);
    expect(stdout).toContain("The model has no parameters; weights are random.");
  });

  it("shows no speed where nothing is multiplied", async () => {
    const nodes = [{ name: "a" }, { name: "y", op: "square", inputs: ["a"] }];
    writeModel(at("square"), [nodes, ["y"]], {});
    const words = [at("square"), "--input", "a=4", "--runs", "2", "--html", at("square.html")];
    const { code, stdout } = await runCli(["profile", ...words]);
    expect(code).toBe(0);
    expect(stdout).not.toMatch(/^GFLOPS /m);
    expect(stdout).not.toContain("NaN");
    expect(readFileSync(at("square.html"), "utf8")).not.toContain("NaN");
  });

  it("fails with a reason, and writes no page", async () => {
    const page = ["--html", at("bad.html")];
    const lost = await runCli(["profile", at("none"), ...page]);
    expect(lost).toMatchObject({ code: 1, stdout: "" });
    expect(lost.stderr).toContain("error (load)");
    const shapeless = await runCli(["profile", digits, ...page]);
    expect(shapeless).toMatchObject({ code: 2, stdout: "" });
    expect(shapeless.stderr).toContain(`libpredict profile ${digits} --input data=1,3,224,224\n`);
    const twice = { ...fullyConnected, name: "more", inputs: ["fc", "v"] };
    const nodes = [{ name: "data" }, { name: "w" }, { name: "v" }, fullyConnected, twice];
    writeModel(at("part"), [nodes, ["more"]], { w: new Tensor(new Float32Array(12), [4, 3]) });
    const part = await runCli(["profile", at("part"), "--input", "data=2,3", ...page, "--json"]);
    expect(part.code).toBe(1);
    expect(JSON.parse(part.stdout)).toMatchObject({ error: { code: "missing" } });
    for (const wrong of [
      ["--runs", "0"],
      ["--sort", "size"],
      ["--top", "none"],
      ["--threads", "0"],
    ]) {
      const { code, stderr } = await runCli(["profile", ...quick, ...wrong, ...page]);
      expect(code, wrong.join(" ")).toBe(2);
      expect(stderr).toContain(wrong[0]);
    }
    expect(existsSync(at("bad.html"))).toBe(false);
    const folderless = await runCli(["profile", ...quick, "--html", at("no/page.html")]);
    expect(folderless.code).toBe(1);
    expect(folderless.stderr).toMatch(/^error \(file\): ENOENT/);
  });
});

const fullyConnected = {
  name: "fc",
  op: "FullyConnected",
  attrs: { num_hidden: "4", no_bias: "True" },
  inputs: ["data", "w"],
} as const;

describe("with MXNet's own library, libpredict profile and bench", () => {
  beforeEach(({ skip }) => {
    skip(skipReference !== undefined, skipReference);
  });

  it.each(["profile", "bench"])("say what is lacking: %s", async (command) => {
    const library = ["--library", referenceLibrary ?? ""];
    const { code, stdout, stderr } = await runCli([command, ...quick, ...library]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toMatch(/error \(unavailable\): .*has only MXNet's part of the header/);
  });
});
