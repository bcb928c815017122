// What a binary exports and what it needs; compares the first with what the header declares.

import { spawnSync } from "node:child_process";

const TOOLS = ["nm", "llvm-nm", "llvm-nm-19", "llvm-nm-16", "llvm-nm-14"];

/** @returns {string | undefined} The program that lists symbols here, if there is one. */
export function symbolTool() {
  return TOOLS.find((tool) => !spawnSync(tool, ["--version"]).error);
}

/**
 * @param {string} file A shared library or an object.
 * @param {boolean} isObject
 * @returns {string[] | undefined} Defined external names, sorted; undefined where there is no tool.
 * @throws {Error} The tool cannot read the file.
 */
export function exportedSymbols(file, isObject = false) {
  return symbols(file, [isObject ? "-g" : "-D", "--defined-only"]);
}

/**
 * @param {string} file A shared library or an object.
 * @param {boolean} isObject
 * @returns {string[] | undefined} Names that others have to define, without versions, sorted;
 *   undefined where there is no tool.
 * @throws {Error} The tool cannot read the file.
 */
export function undefinedSymbols(file, isObject = false) {
  return symbols(file, [isObject ? "-g" : "-D", "--undefined-only"]);
}

/** @param {string} file @param {string[]} flags */
function symbols(file, flags) {
  const tool = symbolTool();
  if (tool === undefined) return undefined;
  const result = spawnSync(tool, [...flags, file], { encoding: "utf8", maxBuffer: 1 << 28 });
  if (result.status !== 0) throw new Error(`${tool}: ${result.stderr.trim()}`);
  return result.stdout
    .split("\n")
    .map((line) => /^[0-9a-f]* *[A-Za-z] ([^\s@]+)\S*$/.exec(line.trim())?.[1])
    .filter((name) => name !== undefined)
    .sort();
}

/**
 * @param {string[]} declared
 * @param {string[]} exported
 * @returns {string[]} One line for each difference.
 */
export function symbolDifferences(declared, exported) {
  return [
    ...declared
      .filter((name) => !exported.includes(name))
      .map((name) => `${name} is declared in the header but not exported`),
    ...exported
      .filter((name) => !declared.includes(name))
      .map((name) => `${name} is exported but not declared in the header`),
  ];
}
