// What must fail the build of the single file, each provoked in a tiny engine.

import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { makeAmalgamation } from "../scripts/check-amalgamation.mjs";
import { findCompiler } from "../scripts/compiler.mjs";
import { compilesCpp, leakedMacros } from "../scripts/header-checks.mjs";
import { PACKAGE_ROOT } from "../scripts/objects.mjs";
import { symbolTool } from "../scripts/symbols.mjs";
import { foreignSymbols } from "../scripts/system-symbols.mjs";
import { fakeText, makeFakeTree } from "./fake-tree.mjs";

const requireAll = process.env["LIBPREDICT_REQUIRE_ALL"] === "1";
const compiler = findCompiler().command;
const hasCpp = (await compilesCpp(compiler)) || (await compilesCpp(["c++"]));

/** @type {(() => void)[]} */
const cleanups = [];
afterEach(() => {
  for (const cleanup of cleanups.splice(0)) cleanup();
});

/** @param {Record<string, string>} [changes] */
async function makeFake(changes) {
  const { root, remove } = makeFakeTree(changes);
  const folder = mkdtempSync(join(tmpdir(), "libpredict-made-"));
  cleanups.push(remove, () => rmSync(folder, { recursive: true, force: true }));
  const made = await makeAmalgamation(compiler, root, folder);
  return { ...made, text: readFileSync(join(folder, "predict.c"), "utf8") };
}

/** @param {string} path @param {string} text */
const append = (path, text) => ({ [path]: `${fakeText(path)}${text}\n` });

/** @param {string} path @param {string} line Stands before the end of the guard. */
const insert = (path, line) => ({
  [path]: fakeText(path).replace(/#endif\n$/, `${line}\n#endif\n`),
});

test("an engine without a breach is written, and counted", async () => {
  const { bytes, lines, notes, text } = await makeFake();
  expect(lines).toBe(text.split("\n").length - 1);
  expect(bytes).toBe(Buffer.byteLength(text));
  if (hasCpp && symbolTool() !== undefined) expect(notes).toEqual([]);
});

describe("fails on", () => {
  test("what the text of the sources shows: a static name used twice, an include cycle", async () => {
    await expect(makeFake(append("src/api/api.c", "static int sum_count;"))).rejects.toThrow(
      "static name sum_count is used in src/base/sum.c and in src/api/api.c",
    );
    await expect(makeFake(insert("src/base/config.h", '#include "base/sum.h"'))).rejects.toThrow(
      "include cycle: src/base/sum.h -> src/base/config.h -> src/base/sum.h",
    );
  });

  test("a header that does not compile alone, as C11", async () => {
    await expect(
      makeFake({ "src/base/alone.h": "int lp_alone_size(const FILE *file);\n" }),
    ).rejects.toThrow(/alone\.h does not compile alone, as C11:[\s\S]*FILE/);
  });

  test("a header that does not compile alone, as C++11", async (context) => {
    if (!hasCpp && !requireAll) context.skip("no C++ compiler; install g++");
    await expect(
      makeFake({ "src/base/alone.h": "int lp_alone_size(int class);\n" }),
    ).rejects.toThrow(/alone\.h does not compile alone, as C\+\+11:[\s\S]*class/);
  });

  test("a macro that leaks out of the header, here or on another system", async () => {
    await expect(makeFake(insert("include/c_predict_api.h", "#define LP_MAX 8"))).rejects.toThrow(
      "c_predict_api.h defines the macro LP_MAX, which is not in PUBLIC_MACROS",
    );
    await expect(
      makeFake(insert("include/c_predict_api.h", "#ifdef _WIN32\n#define LP_FAR\n#endif")),
    ).rejects.toThrow("c_predict_api.h defines the macro LP_FAR");
    await expect(
      makeFake(insert("include/c_predict_api.h", "#include <limits.h>")),
    ).rejects.toThrow("c_predict_api.h defines the macro INT_MAX");
  });

  test("a file that has become too long", async () => {
    const lines = Array.from({ length: 25_000 }, (_, n) => `LP_INTERNAL int lp_sum_n${n}(int n);`);
    await expect(makeFake(insert("src/base/sum.h", lines.join("\n")))).rejects.toThrow(
      /predict\.c has 25\d+ lines, allowed are 24999/,
    );
  });
});

describe("fails on what only the object shows:", () => {
  /** @param {string} title @param {() => Promise<void>} body */
  const withTool = (title, body) =>
    test(title, async (context) => {
      if (symbolTool() === undefined && !requireAll) context.skip("no nm found; install binutils");
      await body();
    });

  withTool("an exported function that a macro made", async () => {
    await expect(
      makeFake(append("src/api/api.c", "#define MAKE(n) int n(void) { return 1; }\nMAKE(leaked)")),
    ).rejects.toThrow("leaked is exported but not declared in the header");
  });

  withTool("a function of the header that a condition took away", async () => {
    const text = fakeText("src/api/api.c").replace(
      /int LPSum[^\n]*\n/,
      "#if defined(NOWHERE)\nint LPSum(int a, int b) { return lp_sum_add(a, b); }\n#endif\n",
    );
    await expect(makeFake({ "src/api/api.c": text })).rejects.toThrow(
      "LPSum is declared in the header but not exported",
    );
  });

  withTool("a symbol that neither libc, libm nor threads have", async () => {
    await expect(
      makeFake({
        "src/api/api.c": fakeText("src/api/api.c").replace(
          "return lp_sum_add(a, b);",
          "int elsewhere(int); return lp_sum_add(a, elsewhere(b));",
        ),
      }),
    ).rejects.toThrow("elsewhere is neither in the library nor on the list");
  });
});

test("c_predict_api.h itself leaves no macro but its own", async () => {
  expect(await leakedMacros(compiler, PACKAGE_ROOT)).toEqual([]);
});

test("the list of the system's symbols has no name of another library", () => {
  expect(foreignSymbols(["malloc", "pthread_create", "cblas_sgemm", "dlopen"])).toEqual([
    "cblas_sgemm is neither in the library nor on the list in system-symbols.mjs",
    "dlopen is neither in the library nor on the list in system-symbols.mjs",
  ]);
});
