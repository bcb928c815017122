import { spawnSync } from "node:child_process";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { amalgamate } from "../scripts/amalgamate.mjs";
import { PACKAGE_ROOT, sourceList } from "../scripts/objects.mjs";
import { fakeText, makeFakeTree } from "./fake-tree.mjs";

/** @type {(() => void)[]} */
const cleanups = [];
afterEach(() => {
  for (const cleanup of cleanups.splice(0)) cleanup();
});

/** @param {Record<string, string>} [changes] */
function amalgamateFake(changes) {
  const { root, remove } = makeFakeTree(changes);
  cleanups.push(remove);
  const files = sourceList(join(root, "amalgamate", "files.txt"));
  return amalgamate({ root, files, version: "1.2.3" });
}

describe("amalgamate", () => {
  test("lays a header once where it is first included, and without its guard", () => {
    const text = amalgamateFake();
    expect(text.match(/Begin file src\/base\/sum\.h/g)).toHaveLength(1);
    expect(text.match(/Begin file src\/base\/config\.h/g)).toHaveLength(1);
    expect(text).not.toMatch(/LP_SUM_H|LP_BASE_CONFIG_H/);
    expect(text.match(/#include "c_predict_api\.h"/g)).toHaveLength(1);
  });

  test("lays a template once, and includes it where it is included", () => {
    const text = amalgamateFake();
    expect(text.match(/Begin file src\/base\/times\.inl/g)).toHaveLength(1);
    expect(text.match(/End file src\/base\/times\.inl/g)).toHaveLength(1);
    expect(text.match(/#define LP_TEMPLATE_TIMES\n#include "predict\.c"\n/g)).toHaveLength(2);
    expect(text.indexOf("Begin file src/base/times.inl")).toBeLessThan(
      text.indexOf("Begin file src/base/sum.c"),
    );
  });

  test("keeps a guard that is not around all of a header, and a system's header once", () => {
    const text = amalgamateFake({
      "src/base/sum.h": `#ifndef SUM_H
#define SUM_H
#include <stddef.h>
#include <limits.h>
#endif
#ifdef SOMETHING
#include <limits.h>
#endif
#include "base/config.h"
LP_INTERNAL int lp_sum_add(int a, int b);
`,
    });
    expect(text).toContain("#ifndef SUM_H\n#define SUM_H\n#include <stddef.h>");
    expect(text.match(/#include <limits.h>/g)).toHaveLength(2);
    expect(text.match(/#include <stddef.h>/g)).toHaveLength(2);
    expect(amalgamateFake().match(/#include <stddef.h>/g)).toHaveLength(1);
    const again = amalgamateFake({
      "src/api/api.c": `#include <stddef.h>\n#include <assert.h>\n#include <assert.h>\n${fakeText("src/api/api.c")}`,
    });
    expect(again.match(/#include <stddef.h>/g)).toHaveLength(1);
    expect(again.match(/#include <assert.h>/g)).toHaveLength(2);
  });

  test("gives the same bytes twice, wherever the tree stands", () => {
    expect(amalgamateFake()).toBe(amalgamateFake());
  });

  test("names the version and the hash of the sources, which changes with any of them", () => {
    const hash = (/** @type {string} */ text) => /sources: ([0-9a-f]{64})\n/.exec(text)?.[1];
    const first = amalgamateFake();
    const second = amalgamateFake({ "src/base/times.inl": `${fakeText("src/base/times.inl")}\n` });
    expect(first).toContain("libpredict 1.2.3");
    expect(hash(first)).toBeDefined();
    expect(hash(second)).toBeDefined();
    expect(hash(second)).not.toBe(hash(first));
  });

  /** @param {Record<string, string>} [changes] @returns {string} A folder with the two files. */
  function fakeFolder(changes) {
    const folder = mkdtempSync(join(tmpdir(), "libpredict-fake-"));
    cleanups.push(() => rmSync(folder, { recursive: true, force: true }));
    mkdirSync(join(folder, "deep/engine"), { recursive: true });
    writeFileSync(join(folder, "deep/engine/predict.c"), amalgamateFake(changes));
    writeFileSync(join(folder, "deep/engine/c_predict_api.h"), fakeText("include/c_predict_api.h"));
    return folder;
  }

  const program = (/** @type {string} */ include) =>
    `#include "${include}"\nint main(void) { return LPSum(30, 6); }\n`;

  /** @param {string} folder @param {string[]} args */
  function expect36(folder, args) {
    const built = spawnSync("cc", [...args, "-o", "program"], { cwd: folder });
    expect(built.stderr.toString()).toBe("");
    // 2 * 30 + 3 * 6 - 30 - 6 - 6
    expect(spawnSync(join(folder, "program")).status).toBe(36);
  }

  test("compiles alone from any folder, and the program made of it computes", () => {
    const folder = fakeFolder();
    writeFileSync(join(folder, "program.c"), program("deep/engine/c_predict_api.h"));
    expect36(folder, ["deep/engine/predict.c", "program.c"]);
    expect36(folder, [join(folder, "deep/engine/predict.c"), "program.c"]);
  });

  test("compiles inside a program that includes it", () => {
    const folder = fakeFolder();
    writeFileSync(join(folder, "program.c"), program("deep/engine/predict.c"));
    expect36(folder, ["program.c"]);
    writeFileSync(join(folder, "deep/program.c"), program("../deep/engine/predict.c"));
    expect36(folder, ["deep/program.c"]);
  });

  test("says what is wrong under another name", () => {
    const folder = fakeFolder();
    renameSync(join(folder, "deep/engine/predict.c"), join(folder, "deep/engine/engine.c"));
    const built = spawnSync("cc", ["-c", "deep/engine/engine.c"], { cwd: folder });
    expect(built.stderr.toString()).toContain(
      "this file has to be called predict.c: it includes itself",
    );
    expect(built.status).not.toBe(0);
  });

  test("templates that include others, at the head and behind it, compute the same", () => {
    const folder = fakeFolder({
      "src/base/open.inl": "#define SUM_ZERO 0\n",
      "src/base/close_end.inl": "#undef SUM_ZERO\n#undef SUM_NAME\n",
      "src/base/factor.inl": "enum { SUM_NAME(factor) = SUM_FACTOR };\n",
      "src/base/times.inl": `#include "factor.inl"
static int SUM_NAME(zero)(void) { return SUM_ZERO; }
#include "once.inl"
#undef SUM_FACTOR
`,
      "src/base/once.inl":
        "static int SUM_NAME(times)(int x) { return x * SUM_NAME(factor) + SUM_NAME(zero)(); }\n",
      "src/base/sum.c": `#include "base/sum.h"
#define SUM_NAME(x) x##_twice
#define SUM_FACTOR 2
#include "base/open.inl"
#include "base/times.inl"
#include "base/close_end.inl"
#define SUM_NAME(x) x##_thrice
#define SUM_FACTOR 3
#include "base/open.inl"
#include "base/times.inl"
#include "base/close_end.inl"
int lp_sum_add(int a, int b) { return times_twice(a) + times_thrice(b) - a - b - b; }
`,
    });
    writeFileSync(join(folder, "program.c"), program("deep/engine/predict.c"));
    expect36(folder, ["program.c"]);
  });

  test("levels of several files are included at once, before what the files go on with", () => {
    /** @param {string} name @param {string} code */
    const source = (name, code) => `#include "base/sum.h"
${code}
#include "level_one.inl"
#include "${name}.inl"
#include "level_end.inl"
#if !defined(NOWHERE)
#include "level_two.inl"
#include "${name}.inl"
#include "level_end.inl"
#endif
`;
    const folder = fakeFolder({
      "amalgamate/files.txt": "base/first.c\nbase/rare.c\nbase/sum.c\napi/api.c\n",
      "src/base/sum.h": fakeText("src/base/sum.h").replace(
        "#endif",
        "LP_INTERNAL int lp_first(int a);\n#endif",
      ),
      "src/base/level_one.inl": "#define LEVEL 1\n#define LEVEL_NAME(x) x##_one\n",
      "src/base/level_two.inl": "#define LEVEL 2\n#define LEVEL_NAME(x) x##_two\n",
      "src/base/level_end.inl": "#undef LEVEL\n#undef LEVEL_NAME\n",
      // Only on the second level, and with a rest behind it.
      "src/base/first.inl": `#if LEVEL > 1
#include "more.inl"
#endif
static int LEVEL_NAME(first)(int a) { return a * FIRST_FACTOR * LEVEL; }
`,
      "src/base/more.inl": "static int LEVEL_NAME(more)(int a) { return a * FIRST_FACTOR; }\n",
      "src/base/sum.inl": "static int LEVEL_NAME(sum)(int a) { return a * LEVEL; }\n",
      "src/base/first.c": `${source("first", "#define FIRST_FACTOR 1")}#undef FIRST_FACTOR
int lp_first(int a) { return first_one(a) + first_two(a) - more_two(a) - a; }
`,
      // Its condition must not become that of the others.
      "src/base/rare.c": `#if defined(NOWHERE)
#include "level_one.inl"
#include "rare.inl"
#include "level_end.inl"
#include "level_two.inl"
#include "rare.inl"
#include "level_end.inl"
#endif
`,
      "src/base/rare.inl": "#error nowhere\n",
      // 30 + 2 * 6 - 6, and first(x) = x + 2x - x - x = x
      "src/base/sum.c": `${source("sum", "static int sum_count;")}
int lp_sum_add(int a, int b) { sum_count++; return lp_first(sum_one(a) + sum_two(b) - b); }
`,
    });
    const text = readFileSync(join(folder, "deep/engine/predict.c"), "utf8");
    // For the first level, for the second, and for the second under another condition.
    expect(text.match(/^#include "predict\.c"$/gm)).toHaveLength(3);
    expect(text.match(/(?:Begin|Break off|Resume|End) file src\/base\/(?:first|sum)\.c/g)).toEqual([
      "Begin file src/base/first.c",
      "Break off file src/base/first.c",
      "Begin file src/base/sum.c",
      "Break off file src/base/sum.c",
      "Resume file src/base/first.c",
      "End file src/base/first.c",
      "Resume file src/base/sum.c",
      "End file src/base/sum.c",
    ]);
    writeFileSync(join(folder, "program.c"), program("deep/engine/predict.c"));
    expect36(folder, ["program.c"]);
  });

  test("levels inside a condition that holds more stay where they are", () => {
    const folder = fakeFolder({
      "src/base/level_end.inl": "#undef SUM_NAME\n",
      "src/base/times.inl": "static int SUM_NAME(x)(int a) { return a; }\n",
      "src/base/sum.c": `#include "base/sum.h"
#if defined(NOWHERE)
static int sum_no;
#else
#define SUM_NAME(x) x##_one
#include "times.inl"
#include "level_end.inl"
#endif
#if 1
static int sum_zero;
#define SUM_NAME(x) x##_two
#include "times.inl"
#include "level_end.inl"
#endif
int lp_sum_add(int a, int b) { return x_one(a) + x_two(b) + sum_zero; }
`,
    });
    const text = readFileSync(join(folder, "deep/engine/predict.c"), "utf8");
    expect(text).not.toContain("Break off");
    writeFileSync(join(folder, "program.c"), program("deep/engine/predict.c"));
    expect36(folder, ["program.c"]);
  });

  test("refuses a template that goes on inside the condition in which it includes another", () => {
    expect(() =>
      amalgamateFake({
        "src/base/once.inl": "\n",
        "src/base/times.inl": `#if SUM_FACTOR\n#include "once.inl"\n#undef SUM_FACTOR\n#endif\n`,
      }),
    ).toThrow(
      "src/base/times.inl: a template that includes another inside a condition must not go on inside it: #undef SUM_FACTOR",
    );
  });

  test("refuses templates without one order, of one name, or that bring a header", () => {
    const sum = fakeText("src/base/sum.c");
    expect(() =>
      amalgamateFake({
        "src/base/a.inl": "\n",
        "src/base/b.inl": "\n",
        "src/base/sum.c": `${sum}#include "a.inl"\n#include "b.inl"\nint x;\n#include "b.inl"\n#include "a.inl"\n`,
      }),
    ).toThrow(
      "templates are included in orders that contradict each other: LP_TEMPLATE_A, LP_TEMPLATE_B",
    );
    expect(() =>
      amalgamateFake({
        "src/api/times.inl": "\n",
        "src/base/sum.c": `${sum}#include "api/times.inl"\n`,
      }),
    ).toThrow("templates of one name: src/base/times.inl and src/api/times.inl");
    expect(() =>
      amalgamateFake({
        "src/base/own.h": "\n",
        "src/base/times.inl": `#include "own.h"\n${fakeText("src/base/times.inl")}`,
      }),
    ).toThrow('src/base/times.inl:1: "own.h" is first included by a template');
    expect(() => amalgamateFake({ "src/base/times.inl": '#include "base/times.inl"\n' })).toThrow(
      "include cycle: src/base/times.inl -> src/base/times.inl",
    );
  });

  test("refuses a static function that two files define", () => {
    expect(() =>
      amalgamateFake({
        "src/api/api.c": `${fakeText("src/api/api.c")}static int sum_count(void) { return 1; }\n`,
      }),
    ).toThrow("static name sum_count is used in src/base/sum.c and in src/api/api.c");
  });

  test("refuses a static variable that two files define", () => {
    expect(() =>
      amalgamateFake({
        "src/api/api.c": `${fakeText("src/api/api.c")}static const int sum_names[] = {1};\n`,
      }),
    ).toThrow("static name sum_names is used in src/base/sum.c and in src/api/api.c");
  });

  test("refuses an include cycle", () => {
    expect(() =>
      amalgamateFake({
        "src/base/config.h": `#pragma once\n#include "base/sum.h"\n`,
      }),
    ).toThrow("include cycle: src/base/sum.h -> src/base/config.h -> src/base/sum.h");
  });

  test("refuses a function that the header does not declare", () => {
    expect(() =>
      amalgamateFake({
        "src/api/api.c": `${fakeText("src/api/api.c")}int LPMore(void) { return 1; }\n`,
      }),
    ).toThrow("src/api/api.c: LPMore is exported but not declared in the header");
  });

  test("refuses a header that declares what no file defines", () => {
    expect(() =>
      amalgamateFake({
        "include/c_predict_api.h": fakeText("include/c_predict_api.h").replace(
          "#endif",
          "MXNET_DLL int LPMissing(void);\n#endif",
        ),
      }),
    ).toThrow("LPMissing is declared in the header but not exported");
  });

  test("refuses a header first included inside a condition", () => {
    expect(() =>
      amalgamateFake({
        "src/base/sum.c": `#ifdef SOMETHING\n${fakeText("src/base/sum.c")}#endif\n`,
        "src/api/api.c": fakeText("src/api/api.c"),
      }),
    ).toThrow('src/base/sum.c:2: "base/sum.h" is first included inside a condition');
  });

  test("refuses a carriage return, a missing include and a file listed twice", () => {
    expect(() => amalgamateFake({ "src/base/sum.h": "\r\n" })).toThrow(
      "src/base/sum.h: has a carriage return",
    );
    expect(() => amalgamateFake({ "src/base/sum.c": '#include "nowhere.h"\n' })).toThrow(
      'src/base/sum.c:1: cannot find "nowhere.h"',
    );
    expect(() => amalgamateFake({ "amalgamate/files.txt": "base/sum.c\nbase/sum.c\n" })).toThrow(
      "base/sum.c is listed twice",
    );
  });
});

test("files.txt lists every C file below src, and nothing else", () => {
  const present = readdirSync(join(PACKAGE_ROOT, "src"), { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".c"))
    .sort();
  expect(sourceList().sort()).toEqual(present);
});
