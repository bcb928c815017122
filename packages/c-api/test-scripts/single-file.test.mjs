// The single file, compiled by every compiler at hand.

import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sourceDigits, sourceHash, writeAmalgamation } from "../scripts/amalgamate.mjs";
import { publicFunctions } from "../scripts/c-text.mjs";
import { findCompiler } from "../scripts/compiler.mjs";
import { PACKAGE_ROOT, packageVersion, WARNING_FLAGS } from "../scripts/objects.mjs";
import { exportedSymbols } from "../scripts/symbols.mjs";
import { KNOWN_COMPILERS } from "./known-compilers.mjs";

const STRICT = [...WARNING_FLAGS, "-Werror"];
const requireAll = process.env["LIBPREDICT_REQUIRE_ALL"] === "1";

const folder = mkdtempSync(join(tmpdir(), "libpredict-single-"));
beforeAll(() => writeAmalgamation(PACKAGE_ROOT, folder));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** @param {string} compiler @param {string[]} args */
function compile(compiler, args) {
  const result = spawnSync(compiler, args, { cwd: folder, encoding: "utf8" });
  expect(result.stderr).toBe("");
  expect(result.status).toBe(0);
}

test("two builds are the same, byte for byte", () => {
  const second = mkdtempSync(join(tmpdir(), "libpredict-again-"));
  try {
    writeAmalgamation(PACKAGE_ROOT, second);
    for (const file of ["predict.c", "c_predict_api.h"]) {
      expect(readFileSync(join(second, file)).equals(readFileSync(join(folder, file)))).toBe(true);
    }
  } finally {
    rmSync(second, { recursive: true, force: true });
  }
});

test("the text names no folder of this machine", () => {
  expect(readFileSync(join(folder, "predict.c"), "utf8")).not.toContain(PACKAGE_ROOT);
});

test("compiled with no flags, it tells its version and its sources", () => {
  const [cc = "", ...leading] = findCompiler().command;
  writeFileSync(
    join(folder, "tell.c"),
    '#include "c_predict_api.h"\n#include <stdio.h>\nint main(void) { return puts(LPGetBuildInfo()) < 0; }\n',
  );
  compile(cc, [...leading, "tell.c", "predict.c", "-o", "tell", "-lm", "-pthread"]);
  const told = spawnSync(join(folder, "tell"), { encoding: "utf8" }).stdout;
  const banner = readFileSync(join(folder, "predict.c"), "utf8").slice(0, 1000);
  const hash = /SHA-256 of the sources: ([0-9a-f]{64})/.exec(banner)?.[1] ?? "";
  expect(hash).toBe(sourceHash());
  expect(told).toContain(`version=${packageVersion()} source=${sourceDigits(hash)} isa=`);
});

test("the program of docs/guides/c-api-in-ten-minutes.md compiles without a warning, and runs", () => {
  const guide = readFileSync(
    join(PACKAGE_ROOT, "../../docs/guides/c-api-in-ten-minutes.md"),
    "utf8",
  );
  const program = /```c [^\n]*\n([\s\S]*?)```/.exec(guide)?.[1] ?? "";
  writeFileSync(join(folder, "program.c"), program);
  const [cc = "", ...leading] = findCompiler().command;
  compile(cc, [
    ...leading,
    ...STRICT,
    "program.c",
    "predict.c",
    "-o",
    "program",
    "-lm",
    "-pthread",
  ]);
  const model = join(PACKAGE_ROOT, "../examples/models/digits/digits");
  const run = spawnSync(join(folder, "program"), [`${model}-symbol.json`, `${model}-0000.params`], {
    encoding: "utf8",
  });
  expect(run.stderr).toBe("");
  expect(run.stdout).toMatch(/^class \d: [01]\.\d{3}\n$/);
  expect(run.status).toBe(0);
});

describe.each(KNOWN_COMPILERS)("with $compiler", ({ compiler, isAbsent }) => {
  /** @param {string} title @param {() => void} body */
  const withCompiler = (title, body) =>
    test(title, (context) => {
      if (isAbsent && !requireAll)
        context.skip(`${compiler} is not here; install the package ${compiler}`);
      body();
    });

  withCompiler("predict.c compiles with no flags, and exports the header's functions alone", () => {
    const object = join(folder, `${compiler}.o`);
    compile(compiler, ["-c", "predict.c", "-o", object]);
    const exported = exportedSymbols(object, true);
    if (exported === undefined) return;
    const header = readFileSync(join(folder, "c_predict_api.h"), "utf8");
    expect(exported).toEqual(publicFunctions(header));
  });

  for (const flags of [["-O0"], ["-O2"], ["-O0", "-DLP_NO_THREADS"], ["-O0", "-DLP_NO_VECTORS"]]) {
    withCompiler(`predict.c has no warning at ${flags.join(" ")}`, () => {
      compile(compiler, [...flags, ...STRICT, "-c", "predict.c", "-o", `${compiler}.o`]);
    });
  }
});
