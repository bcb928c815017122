// The single file, compiled by every compiler at hand.

import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sourceDigits, sourceHash, writeAmalgamation } from "../scripts/amalgamate.mjs";
import { publicFunctions } from "../scripts/c-text.mjs";
import { MOST_LINES } from "../scripts/check-amalgamation.mjs";
import { COMPACT_WIDTH } from "../scripts/compact-c.mjs";
import { findCompiler } from "../scripts/compiler.mjs";
import { PACKAGE_ROOT, packageVersion, WARNING_FLAGS } from "../scripts/objects.mjs";
import { exportedSymbols } from "../scripts/symbols.mjs";
import { KNOWN_COMPILERS } from "./known-compilers.mjs";

const STRICT = [...WARNING_FLAGS, "-Werror"];
const requireAll = process.env["LIBPREDICT_REQUIRE_ALL"] === "1";

const folder = mkdtempSync(join(tmpdir(), "libpredict-single-"));
beforeAll(() => writeAmalgamation(PACKAGE_ROOT, folder));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const text = () => readFileSync(join(folder, "predict.c"), "utf8");

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
  expect(text()).not.toContain(PACKAGE_ROOT);
});

test("compiled with no flags, it tells its version and its sources", () => {
  const [cc = "", ...leading] = findCompiler().command;
  writeFileSync(
    join(folder, "tell.c"),
    '#include "c_predict_api.h"\n#include <stdio.h>\nint main(void) { return puts(LPGetBuildInfo()) < 0; }\n',
  );
  compile(cc, [...leading, "tell.c", "predict.c", "-o", "tell", "-lm", "-pthread"]);
  const told = spawnSync(join(folder, "tell"), { encoding: "utf8" }).stdout;
  const banner = text().slice(0, 1000);
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

test("it stays below 20,000 lines, none longer than the width but for single words", () => {
  const lines = text().split("\n");
  expect(lines.length - 1).toBeLessThan(MOST_LINES);
  const long = lines.filter((line) => line.length > COMPACT_WIDTH);
  expect(long.filter((line) => !/^\s*(?:#|"|[^"]*"[^"]*"[^"]*$)/.test(line))).toEqual([]);
});

test("it has each file between two marks, comments gone, and includes itself for templates", () => {
  const marks = [...text().matchAll(/^\/\*{14} (Begin|End) file (\S+) \*{14}\/$/gm)];
  const sources = readdirSync(join(PACKAGE_ROOT, "src"), { recursive: true, encoding: "utf8" })
    .filter((path) => /\.(?:c|h|inl)$/.test(path))
    .map((path) => `src/${path}`)
    .sort();
  for (const kind of ["Begin", "End"]) {
    const named = marks.filter(([, word]) => word === kind).map(([, , path]) => path);
    expect(named.sort()).toEqual(sources);
  }
  const [, ...rest] = text().split(" */\n");
  expect(rest.join("").match(/^(?!\/\*{14} ).*\/\*.*$/gm)).toBe(null);
  expect(text().match(/^#include "(?!predict\.c").*$/gm)).toEqual(['#include "c_predict_api.h"']);
  expect(text().match(/^#include "predict\.c"$/gm)?.length).toBeGreaterThan(10);
});

test("in plain C nothing of its text is an extension, on any system", () => {
  // With empty headers in place of the system's, all that is left is its own.
  const stubs = join(folder, "stubs");
  for (const [, name = ""] of text().matchAll(/^\s*#\s*include <([^>]+)>/gm)) {
    mkdirSync(dirname(join(stubs, name)), { recursive: true });
    writeFileSync(join(stubs, name), "");
  }
  const [cc = "", ...leading] = findCompiler().command;
  /** @param {string[]} flags */
  const words = (flags) => {
    const args = ["-E", "-P", "-nostdinc", "-I", stubs, ...flags, "predict.c"];
    const result = spawnSync(cc, [...leading, ...args], {
      cwd: folder,
      encoding: "utf8",
      maxBuffer: 1 << 28,
    });
    expect(result.status).toBe(0);
    // A pragma that silences warnings is none: who does not know it passes over it.
    return (
      result.stdout
        .replace(/"(?:\\.|[^"\\])*"/g, '""')
        .match(
          /\b__\w+|\b(?:asm|typeof)\b|\(\s*\{|^\s*#(?!pragma (?:GCC|clang) diagnostic ignored ""$).*/gm,
        ) ?? []
    );
  };
  expect(words(["-DLP_PLAIN_C"])).toEqual([]);
  expect(words(["-DLP_PLAIN_C", "-U__linux__", "-D_WIN32"])).toEqual([]);
  expect(words([])).toContain("__attribute__");
});

test("a program that includes it behind another header is told so", () => {
  writeFileSync(join(folder, "late.c"), '#include <stdio.h>\n#include "predict.c"\n');
  const [cc = "", ...leading] = findCompiler().command;
  const result = spawnSync(cc, [...leading, "-E", "late.c"], { cwd: folder, encoding: "utf8" });
  const isGlibc = result.stdout.includes("__GNU_LIBRARY__") || /features\.h/.test(result.stdout);
  if (isGlibc) expect(result.stderr).toContain("include predict.c before any other header");
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

  // What only the optimiser sees, gcc and the newest clang tell.
  if (!/^clang-1[46]$/.test(compiler)) {
    withCompiler("predict.c has no warning at -O2", () => {
      compile(compiler, ["-O2", ...STRICT, "-c", "predict.c", "-o", `${compiler}.o`]);
    });
  }

  // The last one is C23 by the name that old compilers know.
  for (const flags of [
    ["-std=c11"],
    ["-std=c17"],
    ["-std=c2x"],
    ["-DLP_NO_THREADS"],
    ["-DLP_NO_VECTORS"],
    ["-std=c11", "-pedantic", "-DLP_PLAIN_C"],
    ["-std=c11", "-pedantic", "-DLP_PLAIN_C", "-DLP_NO_THREADS"],
  ]) {
    withCompiler(`predict.c has no warning with ${flags.join(" ")}`, () => {
      compile(compiler, [...flags, ...STRICT, "-fsyntax-only", "predict.c"]);
    });
  }
});

test("for Windows, predict.c compiles without a warning", (context) => {
  const compiler = "x86_64-w64-mingw32-gcc";
  if (spawnSync(compiler, ["--version"]).error !== undefined && !requireAll)
    context.skip(`${compiler} is not here; install the package gcc-mingw-w64-x86-64`);
  // Without -Wconversion, which finds fault with isnan of that system's header.
  const strict = ["-Wall", "-Wextra", "-Wshadow", "-Werror", "-fsyntax-only", "predict.c"];
  compile(compiler, ["-c", "predict.c", "-o", "windows.o"]);
  compile(compiler, strict);
  compile(compiler, ["-std=c11", "-pedantic", "-DLP_PLAIN_C", "-DLP_NO_THREADS", ...strict]);
});
