import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
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
  test("inlines a header once and a template each time", () => {
    const text = amalgamateFake();
    expect(text.match(/Begin file src\/base\/sum\.h/g)).toHaveLength(1);
    expect(text.match(/Begin file src\/base\/config\.h/g)).toHaveLength(1);
    expect(text.match(/Begin file src\/base\/times\.inl/g)).toHaveLength(2);
    expect(text.match(/End file src\/base\/times\.inl/g)).toHaveLength(2);
    expect(text.match(/#include "/g)).toHaveLength(1);
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

  test("compiles alone, and the program made of it computes", () => {
    const folder = mkdtempSync(join(tmpdir(), "libpredict-fake-"));
    cleanups.push(() => rmSync(folder, { recursive: true, force: true }));
    writeFileSync(join(folder, "predict.c"), amalgamateFake());
    writeFileSync(join(folder, "c_predict_api.h"), fakeText("include/c_predict_api.h"));
    writeFileSync(
      join(folder, "program.c"),
      '#include "c_predict_api.h"\nint main(void) { return LPSum(30, 6); }\n',
    );
    const built = spawnSync("cc", ["predict.c", "program.c", "-o", "program"], { cwd: folder });
    expect(built.stderr.toString()).toBe("");
    // 2 * 30 + 3 * 6 - 30 - 6 - 6
    expect(spawnSync(join(folder, "program")).status).toBe(36);
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
