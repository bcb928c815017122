// LP_NO_THREADS, LP_USE_CBLAS, LP_MINIMAL and what goes together of them: no warning, right results.

import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { writeAmalgamation } from "../scripts/amalgamate.mjs";
import { findCompiler } from "../scripts/compiler.mjs";
import { PACKAGE_ROOT, sourceList, WARNING_FLAGS } from "../scripts/objects.mjs";
import { KNOWN_COMPILERS } from "./known-compilers.mjs";

const STRICT = [...WARNING_FLAGS, "-Werror"];
const HERE = join(PACKAGE_ROOT, "test-scripts");
const [cc = "", ...leading] = findCompiler().command;

/** As `libpredict trim` writes them, for the operators that products.c needs. */
const CONFIG = `
#define LP_CONFIG_OPERATORS(X) X(Convolution) X(FullyConnected) X(Activation) X(elemwise_add)
#define LP_CONFIG_NAMES "Convolution, FullyConnected, Activation, elemwise_add"
#define LP_CONFIG_ACTIVATIONS (1u << LP_ACTIVATE_RELU | 1u << LP_ACTIVATE_TANH)
`;

const folder = mkdtempSync(join(tmpdir(), "libpredict-options-"));
beforeAll(() => {
  writeAmalgamation(PACKAGE_ROOT, folder);
  writeFileSync(join(folder, "predict_config.h"), CONFIG);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** @param {string} program @param {string[]} args @param {NodeJS.ProcessEnv} [env] */
function run(program, args, env) {
  const result = spawnSync(program, args, {
    cwd: folder,
    encoding: "utf8",
    env: { ...process.env, ...env },
  });
  expect(result.stderr).toBe("");
  expect(result.status).toBe(0);
  return result.stdout;
}

/**
 * Compiles products.c with predict.c.
 *
 * @param {string} name
 * @param {string[]} flags
 */
function buildProducts(name, flags) {
  const fake = flags.includes("-DLP_USE_CBLAS") ? [join(HERE, "fake-cblas.c"), "-DFAKE_CBLAS"] : [];
  const files = [join(HERE, "products.c"), ...fake, "predict.c"];
  run(cc, [...leading, "-O0", ...flags, "-I.", ...files, "-o", name, "-lm", "-pthread"]);
  return join(folder, name);
}

const MINIMAL_FAST = ["LP_WITH_FAST", "LP_WITH_LEVELS", "LP_WITH_CHAINS"].map((p) => `-D${p}=1`);
const MINIMAL_REST = [
  "LP_WITH_TEXTS",
  "LP_WITH_DTYPES",
  "LP_WITH_OLD_FILES",
  "LP_WITH_REPORTS",
  "LP_WITH_SUBGRAPHS",
];
/** @type {Record<string, string[]>} */
const COMBINATIONS = {
  cblas: ["-DLP_USE_CBLAS"],
  "cblas without vectors": ["-DLP_USE_CBLAS", "-DLP_NO_VECTORS"],
  "cblas without threads": ["-DLP_USE_CBLAS", "-DLP_NO_THREADS"],
  "the least": ["-DLP_MINIMAL", "-DLP_NO_THREADS"],
  "the least with cblas": ["-DLP_MINIMAL", "-DLP_USE_CBLAS"],
  "the least without vectors": ["-DLP_MINIMAL", "-DLP_NO_VECTORS"],
  "the least with kernels": ["-DLP_MINIMAL", ...MINIMAL_FAST],
  "the least with texts": ["-DLP_MINIMAL", ...MINIMAL_REST.map((part) => `-D${part}=1`)],
  "all operators without fast kernels": ["-DLP_WITH_FAST=0"],
};

/** The oldest and the newest of each: single-file.test.mjs has the others. */
const compilers = KNOWN_COMPILERS.filter(({ compiler }) =>
  ["gcc-11", "gcc-12", "clang-14", "clang-19"].includes(compiler),
);

describe.each(compilers)("$compiler", ({ compiler, isAbsent }) => {
  for (const [title, flags] of Object.entries(COMBINATIONS)) {
    test(`has no warning: ${title}`, (context) => {
      if (isAbsent && process.env["LIBPREDICT_REQUIRE_ALL"] !== "1")
        context.skip(`${compiler} is not here; install the package ${compiler}`);
      run(compiler, ["-fsyntax-only", ...flags, ...STRICT, "predict.c"]);
    });
  }
});

test("the least has no warning as many files either", () => {
  const files = sourceList().map((file) => join(PACKAGE_ROOT, "src", file));
  const include = ["-I.", `-I${join(PACKAGE_ROOT, "include")}`, "-DLP_MINIMAL", "-DLP_BUILD"];
  run(cc, [...leading, "-fsyntax-only", ...include, ...STRICT, ...files]);
});

describe("products of matrices are right", () => {
  test.each(
    Object.entries({
      "by cblas": COMBINATIONS["cblas"] ?? [],
      "by cblas without vectors": COMBINATIONS["cblas without vectors"] ?? [],
      "in the least": COMBINATIONS["the least"] ?? [],
      "in the least with cblas": COMBINATIONS["the least with cblas"] ?? [],
    }),
  )("%s", (title, flags) => {
    const program = buildProducts(title.replaceAll(" ", "-"), flags);
    const told = run(program, [], { LIBPREDICT_ISA: "base" });
    expect(told).toMatch(/^0 wrong$/m);
    const blas = flags.includes("-DLP_USE_CBLAS");
    expect(told).toContain(blas ? "blas=yes" : "blas=no");
    if (!blas) return;
    const [, products, vectors] = /(\d+) products, (\d+) vectors/.exec(told) ?? [];
    expect(Number(products)).toBeGreaterThan(10);
    expect(Number(vectors)).toBeGreaterThan(0);
    // Above the base level the engine's own kernels win.
    const highest = run(program, []);
    expect(highest).toMatch(/^0 wrong$/m);
    if (!highest.includes("isa=base")) expect(highest).toContain("\n0 products, 0 vectors\n");
  });
});

test("cblas adds two unresolved symbols, and no others", (context) => {
  if (spawnSync("nm", ["--version"]).error) context.skip("there is no nm; install binutils");
  /** @param {string} name @param {string[]} flags */
  const unresolved = (name, flags) => {
    run(cc, [...leading, "-O0", ...flags, "-c", "predict.c", "-o", name]);
    return run("nm", ["-u", name])
      .split("\n")
      .map((line) => line.trim().split(/\s+/)[1] ?? "");
  };
  const without = new Set(unresolved("without.o", ["-DLP_MINIMAL"]));
  const added = unresolved("with.o", ["-DLP_MINIMAL", "-DLP_USE_CBLAS"]);
  expect(added.filter((name) => !without.has(name))).toEqual(["cblas_sgemm", "cblas_sgemv"]);
});
