// The zig compiler, which cross-compiles to every platform and brings each one's libc.
// It is a wheel on PyPI: 100 MB to fetch, 411 MB on disk, kept in the user's cache and never in the tree.

import { spawnSync } from "node:child_process";
import { findVenv, installVenv } from "./cached-venv.mjs";
import { BuildError } from "./objects.mjs";

/** Versions differ in which targets and processor features they take; this one was tried. */
export const ZIG_VERSION = "0.17.1";
const VARIABLE = "LIBPREDICT_ZIG";

const TOOL = `zig-${ZIG_VERSION}`;

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
  const python = findVenv(TOOL, env);
  return python === undefined ? undefined : [python, "-m", "ziglang"];
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
  const requirement = `ziglang==${ZIG_VERSION}`;
  const remedy = `Install it yourself and name it in ${VARIABLE}.`;
  const python = installVenv(TOOL, requirement, { size: "100 MB", say, remedy, env });
  return [python, "-m", "ziglang"];
}
