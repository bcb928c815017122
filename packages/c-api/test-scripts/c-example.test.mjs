// packages/examples/c: one page of C with the engine in it, compiled as its README says, in plain C,
// and by a compiler that has no extensions at all. Expected are MXNet's own answers.

import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { writeAmalgamation } from "../scripts/amalgamate.mjs";
import { findCompiler } from "../scripts/compiler.mjs";
import { PACKAGE_ROOT, WARNING_FLAGS } from "../scripts/objects.mjs";

const requireAll = process.env["LIBPREDICT_REQUIRE_ALL"] === "1";
const example = join(PACKAGE_ROOT, "../examples/c");
const digits = join(PACKAGE_ROOT, "../examples/models/digits");
const heldOut = readFileSync(join(digits, "digits-heldout.bin"));
/** @type {{ images: { index: number, label: number, softmax: number[] }[] }} */
const golden = JSON.parse(readFileSync(join(digits, "digits-golden.json"), "utf8"));

// The network is looked for beside the folder that the program runs in, as in the repository.
const work = mkdtempSync(join(tmpdir(), "libpredict-c-example-"));
const run = join(work, "c");
beforeAll(() => {
  mkdirSync(run);
  mkdirSync(join(work, "models/digits"), { recursive: true });
  for (const file of ["digits-symbol.json", "digits-0000.params"])
    writeFileSync(join(work, "models/digits", file), readFileSync(join(digits, file)));
  writeAmalgamation(PACKAGE_ROOT, join(work, "engine"));
});
afterAll(() => rmSync(work, { recursive: true, force: true }));

/** @param {string[]} compiler @param {string[]} flags @param {string} name */
function compile([cc = "", ...leading], flags, name) {
  const engine = join(work, "engine");
  const source = join(example, "classify.c");
  const built = spawnSync(
    cc,
    [...leading, ...flags, `-I${engine}`, source, "-o", join(run, name), "-lm"],
    { encoding: "utf8" },
  );
  expect(built.stderr).toBe("");
  expect(built.status).toBe(0);
}

/** @param {string} name @param {string[]} args */
function execute(name, ...args) {
  const { status, stdout, stderr } = spawnSync(join(run, name), args, {
    cwd: run,
    encoding: "utf8",
  });
  return { status, stdout, stderr };
}

/** @param {string} name @param {string | Uint8Array} content */
function file(name, content) {
  writeFileSync(join(run, name), content);
  return name;
}

/** @param {string} name @param {string} head @param {number} index Of the held-out image. */
const image = (name, head, index) =>
  file(name, Buffer.concat([Buffer.from(head), heldOut.subarray(index * 64, index * 64 + 64)]));

/** @param {string} program */
function expectGoldenAnswers(program) {
  expect(golden.images.length).toBeGreaterThan(10);
  for (const { index, softmax } of golden.images) {
    const path = image("digit.pgm", "P5\n8 8\n16\n", index);
    const { status, stdout, stderr } = execute(program, path);
    expect([status, stderr]).toEqual([0, ""]);
    const printed = [...stdout.matchAll(/^class (\d): ([01]\.\d{4})\n/gm)];
    expect(printed.map(([line]) => line).join("")).toBe(stdout);
    const best = softmax.toSorted((a, b) => b - a).slice(0, 3);
    expect(printed).toHaveLength(3);
    for (const [rank, [, digit, probability]] of printed.entries()) {
      const expected = softmax[Number(digit)] ?? Number.NaN;
      expect(Math.abs(expected - (best[rank] ?? 0))).toBeLessThan(1e-4);
      expect(Math.abs(Number(probability) - expected)).toBeLessThan(1e-4);
    }
  }
}

describe("compiled as the README says", () => {
  beforeAll(() =>
    compile(findCompiler().command, ["-O1", ...WARNING_FLAGS, "-Werror", "-pthread"], "classify"),
  );

  test("it is one page, and the README has the command", () => {
    const page = readFileSync(join(example, "classify.c"), "utf8");
    expect(page.split("\n").length - 1).toBeLessThanOrEqual(90);
    expect(readFileSync(join(example, "README.md"), "utf8")).toContain(
      "cc -O2 -I../../c-api/dist/amalgamation classify.c -o classify -lm -pthread\n",
    );
  });

  test("it tells the three likeliest digits as MXNet does", () => expectGoldenAnswers("classify"));

  test("comments in the head, another maximum, and a network by name are understood", () => {
    const plain = execute("classify", image("plain.pgm", "P5\n8 8\n16\n", 3));
    const head = "P5 # made by hand\n#\n# 8 by 8\n8\t8 # pixels\n16\n";
    expect(execute("classify", image("comments.pgm", head, 3))).toEqual(plain);
    const bytes = heldOut.subarray(3 * 64, 4 * 64).map((pixel) => pixel * 10);
    file("bright.pgm", Buffer.concat([Buffer.from("P5 8 8 160\n"), bytes]));
    expect(execute("classify", "bright.pgm")).toEqual(plain);
    const network = ["digits-symbol.json", "digits-0000.params"].map((name) => join(digits, name));
    expect(execute("classify", "plain.pgm", ...network, "8")).toEqual(plain);
  });

  test.each([
    ["a missing file", () => "nowhere.pgm", "nowhere.pgm: No such file or directory"],
    [
      "another format",
      () => file("text.pgm", "P2\n8 8\n16\n0 1 2"),
      "text.pgm: not a binary PGM or PPM image of 8 bits",
    ],
    ["an empty file", () => file("empty.pgm", ""), "empty.pgm: not a binary PGM or PPM"],
    ["16 bits", () => file("deep.pgm", "P5 8 8 65535\n"), "deep.pgm: not a binary PGM or PPM"],
    [
      "another size",
      () => file("wide.pgm", "P5 16 9 255\n"),
      "wide.pgm: expected 8x8 pixels, found 16x9",
    ],
    [
      "too few pixels",
      () => file("short.pgm", "P5 8 8 255\n0123456789"),
      "short.pgm: expected 64 bytes of pixels, found 10",
    ],
    [
      "colour, where the network takes grey",
      () => file("colour.ppm", Buffer.concat([Buffer.from("P6 8 8 16\n"), Buffer.alloc(192)])),
      "parameter 'conv1a_weight' of the file has the first",
    ],
  ])("%s is an error that says what was expected", (_, make, text) => {
    const { status, stdout, stderr } = execute("classify", make());
    expect([status, stdout]).toEqual([1, ""]);
    expect(stderr).toContain(text);
  });

  test("a damaged network, a missing one and wrong arguments are errors", () => {
    const symbol = join(digits, "digits-symbol.json");
    const good = image("good.pgm", "P5 8 8 16\n", 0);
    const damaged = file(
      "damaged.params",
      readFileSync(join(digits, "digits-0000.params")).subarray(0, 5000),
    );
    for (const [params, text] of [
      [damaged, "damaged.params: "],
      ["nowhere.params", "nowhere.params: "],
    ]) {
      const { status, stdout, stderr } = execute("classify", good, symbol, params ?? "", "8");
      expect([status, stdout]).toEqual([1, ""]);
      expect(stderr).toContain(text);
    }
    for (const args of [[], [good, symbol], [good, symbol, damaged, "0"], [good, "a", "b", "-8"]]) {
      expect(execute("classify", ...args)).toEqual({
        status: 2,
        stdout: "",
        stderr: "usage: classify IMAGE [SYMBOL PARAMS SIZE]\n",
      });
    }
  });
});

describe("in plain C", () => {
  test("it computes the same", () => {
    const flags = ["-O1", "-std=c11", "-pedantic", "-DLP_PLAIN_C"];
    compile(findCompiler().command, [...flags, ...WARNING_FLAGS, "-Werror", "-pthread"], "plain");
    expectGoldenAnswers("plain");
  });

  test("it computes the same, compiled by a compiler without extensions", (context) => {
    if (spawnSync("tcc", ["-v"]).error !== undefined && !requireAll)
      context.skip("no tcc found; install the package tcc");
    compile(["tcc"], ["-DLP_PLAIN_C", "-DLP_NO_THREADS"], "tiny");
    expectGoldenAnswers("tiny");
  });
});
