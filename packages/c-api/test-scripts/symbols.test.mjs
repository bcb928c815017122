import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { publicFunctions } from "../scripts/c-text.mjs";
import { PACKAGE_ROOT } from "../scripts/objects.mjs";
import {
  exportedSymbols,
  symbolDifferences,
  symbolTool,
  undefinedSymbols,
} from "../scripts/symbols.mjs";
import { foreignSymbols } from "../scripts/system-symbols.mjs";

const folder = mkdtempSync(join(tmpdir(), "libpredict-symbols-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const noTool = symbolTool() === undefined;

/** @param {string} title @param {() => void} body */
const withTool = (title, body) =>
  test(title, (context) => {
    if (noTool && process.env["LIBPREDICT_REQUIRE_ALL"] !== "1") {
      context.skip("no nm found; install binutils");
    }
    body();
  });

withTool("sees a function that leaks from a library, and one that is missing", () => {
  writeFileSync(
    join(folder, "leak.c"),
    `int LPSum(void) { return 1; }
     int leaked(void) { return 2; }
     __attribute__((visibility("hidden"))) int kept(void) { return 3; }
     static int inner(void) { return 4; }
     int (*inner_user)(void) = inner;\n`,
  );
  const library = join(folder, "leak.so");
  expect(
    spawnSync("cc", ["-shared", "-fPIC", "leak.c", "-o", library], { cwd: folder }).status,
  ).toBe(0);
  const exported = exportedSymbols(library) ?? [];
  expect(symbolDifferences(["LPSum", "LPMissing"], exported)).toEqual([
    "LPMissing is declared in the header but not exported",
    "inner_user is exported but not declared in the header",
    "leaked is exported but not declared in the header",
  ]);
});

withTool("libpredict.so exports what the header declares, and nothing else", () => {
  const header = readFileSync(join(PACKAGE_ROOT, "dist", "include", "c_predict_api.h"), "utf8");
  const library = join(PACKAGE_ROOT, "dist", "lib", "libpredict.so");
  const declared = publicFunctions(header);
  expect(declared.filter((name) => name.startsWith("MX"))).toHaveLength(17);
  expect(exportedSymbols(library)).toEqual(declared);
});

withTool("libpredict.so needs nothing but libc, libm and threads", () => {
  const needed = undefinedSymbols(join(PACKAGE_ROOT, "dist", "lib", "libpredict.so")) ?? [];
  expect(needed).toContain("memcpy");
  expect(foreignSymbols(needed)).toEqual([]);
});

withTool("sees what a library needs of others", () => {
  writeFileSync(
    join(folder, "need.c"),
    "int elsewhere(void); int needs(void) { return elsewhere(); }",
  );
  const library = join(folder, "need.so");
  const built = spawnSync("cc", ["-shared", "-fPIC", "need.c", "-o", library], { cwd: folder });
  expect(built.status).toBe(0);
  expect(foreignSymbols(undefinedSymbols(library) ?? [])).toEqual([
    "elsewhere is neither in the library nor on the list in system-symbols.mjs",
  ]);
});

// (That each calls itself by its own name is tested with an installation: install-native.test.mjs.)
withTool("the library stands there under the names of old programs, too", () => {
  const lib = join(PACKAGE_ROOT, "dist", "lib");
  const exported = exportedSymbols(join(lib, "libpredict.so"));
  for (const name of ["libmxnet_predict.so", "libmxnet.so"]) {
    expect(exportedSymbols(join(lib, name))).toEqual(exported);
  }
});
