// The zig compiler, which cross-compiles to every platform and brings each one's libc.
// It is a wheel on PyPI: 100 MB to fetch, 411 MB on disk, kept in the user's cache and never in the tree.

import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { BuildError } from "./objects.mjs";

/** Versions differ in which targets and processor features they take; this one was tried. */
export const ZIG_VERSION = "0.17.1";
const VARIABLE = "LIBPREDICT_ZIG";

/** @param {NodeJS.ProcessEnv} env */
function zigFolder(env) {
  const cache = env["XDG_CACHE_HOME"] || join(homedir(), ".cache");
  return join(cache, "libpredict", `zig-${ZIG_VERSION}`);
}

/** @param {string} folder */
function pythonIn(folder) {
  return join(folder, process.platform === "win32" ? "Scripts/python.exe" : "bin/python");
}

/**
 * The command that is zig: what LIBPREDICT_ZIG names (it may be several words), else the wheel in
 * the user's cache. Installs nothing.
 *
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {string[] | undefined} undefined: there is none; `installZig` fetches it.
 * @throws {BuildError} What LIBPREDICT_ZIG names is no zig of ZIG_VERSION.
 */
export function findZig(env = process.env) {
  const asked = (env[VARIABLE] ?? "").split(/\s+/).filter(Boolean);
  if (asked.length > 0) {
    const [program = "", ...leading] = asked;
    const answer = spawnSync(program, [...leading, "version"], { encoding: "utf8" });
    const version = answer.error === undefined ? answer.stdout.trim() : "not found";
    if (version === ZIG_VERSION) return asked;
    throw new BuildError(
      `${VARIABLE}="${asked.join(" ")}": ${version}; zig ${ZIG_VERSION} is needed`,
    );
  }
  const folder = zigFolder(env);
  return existsSync(join(folder, "complete")) ? [pythonIn(folder), "-m", "ziglang"] : undefined;
}

/**
 * Finds zig, or fetches it into the user's cache.
 *
 * @param {(text: string) => void} say
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {string[]}
 * @throws {BuildError} No Python, or the wheel cannot be had; with the installer's words.
 */
export function installZig(say, env = process.env) {
  const found = findZig(env);
  if (found !== undefined) return found;
  const folder = zigFolder(env);
  say(`installing zig ${ZIG_VERSION} (100 MB) into ${folder}`);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(dirname(folder), { recursive: true });
  const python = pythonIn(folder);
  run(["python3", "-m", "venv", folder]);
  run([
    python,
    "-m",
    "pip",
    "install",
    "--quiet",
    "--disable-pip-version-check",
    `ziglang==${ZIG_VERSION}`,
  ]);
  writeFileSync(join(folder, "complete"), "");
  return [python, "-m", "ziglang"];
}

/** @param {string[]} command */
function run([program = "", ...args]) {
  const result = spawnSync(program, args, { encoding: "utf8" });
  if (result.status === 0) return;
  const reason = result.error?.message ?? result.stderr.trim();
  throw new BuildError(
    `zig ${ZIG_VERSION} cannot be installed: ${[program, ...args].join(" ")}: ${reason}\nInstall it yourself and name it in ${VARIABLE}.`,
  );
}
