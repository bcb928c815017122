// The compilers that the sources are kept clean with.

import { spawnSync } from "node:child_process";

const requireAll = process.env["LIBPREDICT_REQUIRE_ALL"] === "1";

/** @param {string} compiler @returns {string} What it says of itself, but its own name; "": absent. */
function versionOf(compiler) {
  const { error, stdout } = spawnSync(compiler, ["--version"], { encoding: "utf8" });
  return error === undefined ? stdout.replace(/^\S+/, "").split("\n")[0] || "unknown" : "";
}

const versions = new Map(
  ["gcc-11", "gcc-12", "clang-14", "clang-16", "clang-19", "gcc", "clang"].map((compiler) => [
    compiler,
    versionOf(compiler),
  ]),
);

/**
 * A name without a number is left out where it is a second name of one of the others, and where
 * everything is required and it is not there.
 *
 * @type {{ compiler: string, isAbsent: boolean }[]}
 */
export const KNOWN_COMPILERS = [...versions]
  .filter(([compiler, version]) => {
    if (/\d/.test(compiler)) return true;
    const others = [...versions].filter(([other]) => other !== compiler);
    return version === "" ? !requireAll : !others.some(([, of]) => of === version);
  })
  .map(([compiler, version]) => ({ compiler, isAbsent: version === "" }));
