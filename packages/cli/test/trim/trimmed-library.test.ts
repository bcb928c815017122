/** The library that `libpredict trim` leads to: what it weighs, computes and refuses. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ffiBackend, Model } from "@libpredict/core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { writeAmalgamation } from "../../../c-api/scripts/amalgamate.mjs";
import { publicFunctions } from "../../../c-api/scripts/c-text.mjs";
import { findCompiler } from "../../../c-api/scripts/compiler.mjs";
import { PACKAGE_ROOT, WARNING_FLAGS } from "../../../c-api/scripts/objects.mjs";
import { exportedSymbols } from "../../../c-api/scripts/symbols.mjs";
import { digits, digitsTensor, golden } from "../fake/digits-files.js";
import { writeModel } from "../fake/model-writer.js";
import { runCli } from "../fake/run-cli.js";

/** Bytes of the library for the digit network, by the flags that the header names. */
const most = 109_000;
const smallFlags = ["-fno-asynchronous-unwind-tables", "-Wl,-z,noseparate-code", "-Wl,-z,norelro"];

/** A hang guard: compilers are slow on busy machines. */
const hookTimeoutMs = 120_000;

const isLinux = process.platform === "linux";
const notHere = "the flags are those of Linux; any Linux with a C compiler runs it";
let folder: string;
const at = (name: string): string => join(folder, name);

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "libpredict-trimmed-"));
  writeAmalgamation(PACKAGE_ROOT, folder);
  await runCli(["trim", digits, "-o", at("predict_config.h")]);
  await runCli(["trim", digits, "--keep", "words,reports,dtypes,old-files", "-o", at("most.h")]);
  const lrn = (name: string, input: string) => ({
    name,
    op: "LRN",
    attrs: { nsize: "3" },
    inputs: [input],
  });
  const act = { name: "act", op: "Activation", attrs: { act_type: "tanh" }, inputs: ["norm2"] };
  const exp = { name: "last", op: "exp", inputs: ["norm2"] };
  writeModel(at("other"), [
    [{ name: "data" }, lrn("norm1", "data"), lrn("norm2", "norm1"), exp],
    ["last"],
  ]);
  writeModel(at("smooth"), [[{ name: "data" }, { ...act, inputs: ["data"] }], ["act"]]);
  const plain = { name: "act", op: "Activation", attrs: { act_type: "relu" }, inputs: ["data"] };
  writeModel(at("old"), [[{ name: "data" }, plain], ["act"]]);
}, hookTimeoutMs);
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** Compiles predict.c to a library, without a warning. */
function build(name: string, flags: readonly string[]): string {
  const [cc = "", ...leading] = findCompiler().command;
  const strict = [...WARNING_FLAGS, "-Werror"];
  const args = [...leading, ...strict, ...flags, "-shared", "-fPIC", "-s", "predict.c"];
  const result = spawnSync(cc, [...args, "-o", name, "-lm", "-pthread"], {
    cwd: folder,
    encoding: "utf8",
  });
  expect(result.stderr).toBe("");
  return at(name);
}

/** What a library says of an image; by default the one that is shipped. */
async function scores(library: string | undefined, image: number): Promise<readonly number[]> {
  const backend = ffiBackend(library === undefined ? {} : { library });
  using model = await Model.load(digits, { backend });
  using predictor = model.createPredictor({ inputs: { data: [1, 1, 8, 8] } });
  const { softmax } = await predictor.run({ data: digitsTensor([image]) });
  return Array.from(softmax?.data ?? [], Number);
}

describe("the library for the digit network", () => {
  let library: string;
  beforeAll(() => {
    if (isLinux) library = build("trimmed.so", ["-Os", "-DLP_MINIMAL", ...smallFlags]);
  }, hookTimeoutMs);

  it("is small, and has every function of the header", ({ skip }) => {
    skip(!isLinux, notHere);
    if (process.arch === "x64") expect(statSync(library).size).toBeLessThanOrEqual(most);
    const header = readFileSync(at("c_predict_api.h"), "utf8");
    expect(exportedSymbols(library)).toEqual(publicFunctions(header));
  });

  it("computes what MXNet says, and what the whole library does but for rounding", async ({
    skip,
  }) => {
    skip(!isLinux, notHere);
    for (const { index, softmax } of golden.slice(0, 4)) {
      const ours = await scores(library, index);
      const theirs = await scores(undefined, index);
      for (const [i, value] of softmax.entries()) {
        expect(Math.abs((ours[i] as number) - value)).toBeLessThan(5e-4);
        expect(Math.abs((ours[i] as number) - (theirs[i] as number))).toBeLessThan(1e-5);
      }
    }
  });

  it("names every operator that another model needs, with its nodes", async ({ skip }) => {
    skip(!isLinux, notHere);
    const { code, stderr } = await runCli(["inspect", at("other"), "--library", library]);
    expect(code).toBe(1);
    expect(stderr).toContain(
      "the model needs 3 nodes of operators that this library does not have: LRN (node norm1), LRN (node norm2), exp (node last). This build has only: Activation, BatchNorm, Convolution, Dropout, Flatten, FullyConnected, Pooling, UpSampling, softmax. Make predict_config.h again with this model, too: libpredict trim",
    );
    const check = await runCli(["check", at("other"), "--library", library]);
    expect(check.code).toBe(1);
    expect(check.stdout).toMatch(/LRN +2 +Operator LRN is not in this build/);
    expect(check.stdout).toMatch(/exp +1 +Operator exp is not in this build/);
  });

  it("says which part is missing", async ({ skip }) => {
    skip(!isLinux, notHere);
    for (const [words, message] of [
      [["inspect", at("smooth"), "--input", "data=1,4"], "see LP_CONFIG_ACTIVATIONS"],
      [["inspect", at("old"), "--input", "data=1,4"], "this build has no LP_WITH_OLD_FILES"],
      [["profile", digits, "--input", "data=1,1,8,8"], "define LP_WITH_REPORTS 1"],
      [
        ["convert", `${digits}-symbol.json`, at("new.json")],
        "LPUpgradeSymbol is not in this build",
      ],
    ] as const) {
      const { code, stderr } = await runCli([...words, "--library", library]);
      expect(code, message).toBe(1);
      expect(stderr).toContain("unsupported");
      expect(stderr).toContain(message);
    }
  });

  it("still says what is wrong with a damaged file, by its place", async ({ skip }) => {
    skip(!isLinux, notHere);
    const { code, stderr } = await runCli([
      "inspect",
      `${digits}-symbol.json`,
      "--params",
      `${digits}-symbol.json`,
      "--library",
      library,
    ]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^error \(params\): .*error \d+ at line \d+ of predict\.c/);
  });
});

describe("other trimmed builds", () => {
  it.for([
    { what: "without vectors", flags: ["-O0", "-DLP_NO_VECTORS"] },
    { what: "with fast kernels", flags: ["-O0", '-DLP_CONFIG_FILE="fast.h"'] },
    { what: "with most parts", flags: ["-O0", '-DLP_CONFIG_FILE="most.h"'] },
  ])("$what computes the same but for rounding", async ({ flags }, { skip }) => {
    skip(!isLinux, notHere);
    await runCli(["trim", digits, "--keep", "speed,threads", "-o", at("fast.h")]);
    const library = build(`other${flags.join("").replace(/\W/g, "")}.so`, [
      "-DLP_MINIMAL",
      ...flags,
    ]);
    const [first] = golden;
    const ours = await scores(library, first?.index ?? 0);
    for (const [i, value] of (first?.softmax ?? []).entries())
      expect(Math.abs((ours[i] as number) - value)).toBeLessThan(5e-4);
  });
});

describe("a configuration that lists nothing", () => {
  it("is an error that says how to get one", () => {
    const [cc = "", ...leading] = findCompiler().command;
    const args = [...leading, "-DLP_MINIMAL", '-DLP_CONFIG_FILE="c_predict_api.h"', "-c"];
    const { stderr, status } = spawnSync(cc, [...args, "predict.c", "-o", "none.o"], {
      cwd: folder,
      encoding: "utf8",
    });
    expect(status).not.toBe(0);
    expect(stderr).toContain("libpredict trim MODEL -o predict_config.h");
  });
});
