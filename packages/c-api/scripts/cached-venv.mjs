// Tools that are wheels on PyPI, each in a Python environment of its own in the user's cache and
// never in the tree.

import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { BuildError } from "./objects.mjs";

/**
 * @param {string} tool Name and version, such as zig-0.17.1.
 * @param {NodeJS.ProcessEnv} env
 */
function venvFolder(tool, env) {
  const cache = env["XDG_CACHE_HOME"] || join(homedir(), ".cache");
  return join(cache, "libpredict", tool);
}

/** @param {string} folder */
function pythonIn(folder) {
  return join(folder, process.platform === "win32" ? "Scripts/python.exe" : "bin/python");
}

/**
 * @param {string} tool Name and version.
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {string | undefined} Its Python; undefined: it is not installed.
 */
export function findVenv(tool, env = process.env) {
  const folder = venvFolder(tool, env);
  return existsSync(join(folder, "complete")) ? pythonIn(folder) : undefined;
}

/**
 * Finds the tool, or fetches it.
 *
 * @param {string} tool Name and version.
 * @param {string} requirement As pip takes it.
 * @param {object} options
 * @param {string} options.size Of the download, such as 100 MB.
 * @param {(text: string) => void} options.say
 * @param {string} [options.remedy] What else the user can do; ends the error's text.
 * @param {NodeJS.ProcessEnv} [options.env]
 * @returns {string} Its Python.
 * @throws {BuildError} No Python, or the wheel cannot be had; with the installer's words.
 */
export function installVenv(tool, requirement, { size, say, remedy = "", env = process.env }) {
  const found = findVenv(tool, env);
  if (found !== undefined) return found;
  const folder = venvFolder(tool, env);
  say(`installing ${tool} (${size}) into ${folder}`);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(dirname(folder), { recursive: true });
  const python = pythonIn(folder);
  const quiet = ["--quiet", "--disable-pip-version-check"];
  for (const [program = "", ...args] of [
    ["python3", "-m", "venv", folder],
    [python, "-m", "pip", "install", ...quiet, requirement],
  ]) {
    const result = spawnSync(program, args, { encoding: "utf8" });
    if (result.status === 0) continue;
    const reason = result.error?.message ?? result.stderr.trim();
    const command = [program, ...args].join(" ");
    throw new BuildError(`${tool} cannot be installed: ${command}: ${reason}\n${remedy}`.trim());
  }
  writeFileSync(join(folder, "complete"), "");
  return python;
}
