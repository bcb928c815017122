// The compilers that the sources are kept clean with.

import { spawnSync } from "node:child_process";

const requireAll = process.env["LIBPREDICT_REQUIRE_ALL"] === "1";

/**
 * Where everything is required, a plain `clang` that is not there is no loss: it is a second name
 * of one of the others.
 *
 * @type {{ compiler: string, isAbsent: boolean }[]}
 */
export const KNOWN_COMPILERS = [
  "gcc",
  "gcc-11",
  "gcc-12",
  "clang",
  "clang-14",
  "clang-16",
  "clang-19",
]
  .map((compiler) => ({
    compiler,
    isAbsent: spawnSync(compiler, ["--version"]).error !== undefined,
  }))
  .filter(({ compiler, isAbsent }) => !requireAll || !isAbsent || /\d/.test(compiler));
