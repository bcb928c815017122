// Every header on its own, as C11 and as C++11: none leans on what was included before it.

import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { findCompiler } from "../scripts/compiler.mjs";
import {
  compilesCpp,
  headersOf,
  headersThatLean,
  PUBLIC_HEADER,
} from "../scripts/header-checks.mjs";
import { PACKAGE_ROOT } from "../scripts/objects.mjs";
import { KNOWN_COMPILERS } from "./known-compilers.mjs";

const requireAll = process.env["LIBPREDICT_REQUIRE_ALL"] === "1";
const c = findCompiler().command;
/** @type {string[][]} */
const cppCommands = [];
for (const name of ["g++", "clang++", "clang-14", "clang-16", "clang-19"])
  if (await compilesCpp([name])) cppCommands.push([name]);

const publicHeader = [join(PACKAGE_ROOT, "include", PUBLIC_HEADER)];
const headers = headersOf(PACKAGE_ROOT);

describe("c_predict_api.h", () => {
  for (const { compiler, isAbsent } of KNOWN_COMPILERS) {
    test(`compiles alone with ${compiler}, as C11`, async (context) => {
      if (isAbsent && !requireAll)
        context.skip(`${compiler} is not here; install the package ${compiler}`);
      expect(
        await headersThatLean([compiler], "C11", PACKAGE_ROOT, publicHeader, ["-pedantic"]),
      ).toEqual([]);
    });
  }

  test("compiles alone, as C++11", async (context) => {
    if (cppCommands.length === 0 && !requireAll) context.skip("no C++ compiler; install g++");
    expect(cppCommands).not.toEqual([]);
    for (const command of cppCommands) {
      expect(
        await headersThatLean(command, "C++11", PACKAGE_ROOT, publicHeader, ["-pedantic"]),
      ).toEqual([]);
    }
  });
});

test("every internal header compiles alone, as C11", async () => {
  expect(headers.length).toBeGreaterThan(50);
  expect(await headersThatLean(c, "C11", PACKAGE_ROOT, headers)).toEqual([]);
});

test("every internal header compiles alone, as C++11", async (context) => {
  const cpp = cppCommands[0];
  if (cpp === undefined && !requireAll) context.skip("no C++ compiler; install g++");
  expect(await headersThatLean(cpp ?? [], "C++11", PACKAGE_ROOT, headers)).toEqual([]);
});

test("no two source files have the same name", () => {
  const names = readdirSync(join(PACKAGE_ROOT, "src"), { recursive: true, encoding: "utf8" })
    .filter((path) => /\.(?:c|h|inl)$/.test(path))
    .map((path) => path.split("/").at(-1) ?? "");
  expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
});
