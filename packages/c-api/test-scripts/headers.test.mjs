// Every header on its own, as C11 and as C++11: none leans on what was included before it.

import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { findCompiler } from "../scripts/compiler.mjs";
import { PACKAGE_ROOT, WARNING_FLAGS } from "../scripts/objects.mjs";
import { KNOWN_COMPILERS } from "./known-compilers.mjs";

const folder = mkdtempSync(join(tmpdir(), "libpredict-headers-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const C11 = ["-x", "c", "-std=c11", ...WARNING_FLAGS, "-Werror"];
const CPP11 = ["-x", "c++", "-std=c++11", "-Wall", "-Wextra", "-Werror"];

/** @param {string[]} command @param {string[]} flags @param {string} header Absolute path. */
function syntaxErrors(command, flags, header) {
  const source = join(folder, "alone");
  writeFileSync(source, header === "" ? "\n" : `#include "${header}"\n`);
  const [program = "", ...leading] = command;
  const result = spawnSync(
    program,
    [
      ...leading,
      ...flags,
      `-I${join(PACKAGE_ROOT, "include")}`,
      `-I${join(PACKAGE_ROOT, "src")}`,
      "-fsyntax-only",
      source,
    ],
    { encoding: "utf8" },
  );
  return result.error ? result.error.message : result.stderr;
}

const requireAll = process.env["LIBPREDICT_REQUIRE_ALL"] === "1";
const c = findCompiler().command;
const cppCommands = [["g++"], ["clang++"], ["clang-14"], ["clang-16"], ["clang-19"]].filter(
  (command) => syntaxErrors(command, ["-x", "c++"], "") === "",
);
const publicHeader = join(PACKAGE_ROOT, "include", "c_predict_api.h");

describe("c_predict_api.h", () => {
  for (const { compiler, isAbsent } of KNOWN_COMPILERS) {
    test(`compiles alone with ${compiler}, as C11`, (context) => {
      if (isAbsent && !requireAll)
        context.skip(`${compiler} is not here; install the package ${compiler}`);
      expect(syntaxErrors([compiler], [...C11, "-pedantic"], publicHeader)).toBe("");
    });
  }

  test("compiles alone, as C++11", (context) => {
    if (cppCommands.length === 0 && !requireAll) context.skip("no C++ compiler; install g++");
    expect(cppCommands).not.toEqual([]);
    for (const command of cppCommands) {
      const strict = [...CPP11, "-pedantic"];
      expect([command, syntaxErrors(command, strict, publicHeader)]).toEqual([command, ""]);
    }
  });
});

const internalHeaders = readdirSync(join(PACKAGE_ROOT, "src"), {
  recursive: true,
  encoding: "utf8",
}).filter((path) => path.endsWith(".h"));

test("every internal header compiles alone, as C11", () => {
  for (const path of internalHeaders) {
    const errors = syntaxErrors(c, C11, join(PACKAGE_ROOT, "src", path));
    expect([path, errors]).toEqual([path, ""]);
  }
});

test("every internal header compiles alone, as C++11", (context) => {
  const cpp = cppCommands[0];
  if (cpp === undefined && !requireAll) context.skip("no C++ compiler; install g++");
  for (const path of internalHeaders) {
    const errors = syntaxErrors(cpp ?? [], CPP11, join(PACKAGE_ROOT, "src", path));
    expect([path, errors]).toEqual([path, ""]);
  }
});

test("no two source files have the same name", () => {
  const names = readdirSync(join(PACKAGE_ROOT, "src"), { recursive: true, encoding: "utf8" })
    .filter((path) => /\.(?:c|h|inl)$/.test(path))
    .map((path) => path.split("/").at(-1) ?? "");
  expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
});
