// Compiles C files to objects, in parallel and only where something changed.
// Invariants: an object is complete or absent (written under another name, then renamed), so
// builds running at the same time in one tree cannot see half a file; a folder of objects belongs
// to one compiler and one set of flags, because both are in its name.

import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, statSync, utimesSync } from "node:fs";
import { availableParallelism } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { threadFlags } from "./compiler.mjs";

/** packages/c-api */
export const PACKAGE_ROOT = resolve(dirname(fileURLToPath(import.meta.url)), "..");

/** The warnings the sources are clean of. */
export const WARNING_FLAGS = ["-Wall", "-Wextra", "-Wconversion", "-Wshadow"];

/**
 * How the library is compiled that is shipped. Nothing unwinds through it: it is C, and a callback
 * must not throw through C; the tables would be a tenth of it.
 */
export const SHIPPED_FLAGS = ["-O2", "-fno-asynchronous-unwind-tables", "-fno-unwind-tables"];

/**
 * The flags of one file of the library that is shipped. Kernels begin at a cache line each: where
 * their loops fall would else depend on the length of all code before them, and some are 1.6 times
 * slower on an unlucky place. A third of the library's code reads files, infers shapes and makes
 * plans, and is compiled for size, but for an operator's file with a loop over elements (it counts
 * in int64_t).
 *
 * @param {string[]} flags
 * @param {string} file Relative to src/.
 * @param {string} text
 */
export function shippedFlags(flags, file, text) {
  if (/^kernel\/(?:conv_(?:cost|joined)|deconv_|fully_connected)/.test(file))
    return flags.map(forSize);
  if (file.startsWith("kernel/")) return [...flags, "-falign-functions=64"];
  if (file.startsWith("op/") && /for \(int64_t\b/.test(text)) return flags;
  return flags.map(forSize);
}

/** @param {string} flag */
function forSize(flag) {
  return flag === "-O2" ? "-Os" : flag;
}

/** A compiler or linker ended with an error; the message is its own text. */
export class BuildError extends Error {
  /** @param {string} message */
  constructor(message) {
    super(message);
    this.name = "BuildError";
  }
}

/** @returns {string} The version in package.json: the only place it is written. */
export function packageVersion() {
  return JSON.parse(readFileSync(join(PACKAGE_ROOT, "package.json"), "utf8")).version;
}

/** @returns {boolean} Warnings stop the build in CI and on request, never for a newcomer. */
export function warningsAreErrors(env = process.env) {
  const asked = env["LIBPREDICT_WERROR"];
  return asked !== undefined ? asked === "1" : env["CI"] !== undefined && env["CI"] !== "";
}

/**
 * Flags of every compilation: warnings, visibility, version, the caller's $CFLAGS last.
 *
 * @param {string} root Folder that has include/ and src/.
 * @param {string[]} optimisation
 */
export function compileFlags(root, optimisation, env = process.env) {
  return [
    ...optimisation,
    "-fPIC",
    "-fvisibility=hidden",
    ...WARNING_FLAGS,
    ...(warningsAreErrors(env) ? ["-Werror"] : []),
    ...threadFlags(env),
    "-DLP_BUILD",
    `-DLP_VERSION="${packageVersion()}"`,
    `-I${join(root, "include")}`,
    `-I${join(root, "src")}`,
    ...(env["CFLAGS"] ?? "").split(/\s+/).filter(Boolean),
  ];
}

/**
 * The ordered list of the engine's C files, relative to src/.
 *
 * @param {string} [listFile]
 * @returns {string[]}
 */
export function sourceList(listFile = join(PACKAGE_ROOT, "amalgamate", "files.txt")) {
  const files = readFileSync(listFile, "utf8")
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"));
  const twice = files.find((file, index) => files.indexOf(file) !== index);
  if (twice !== undefined) throw new BuildError(`${listFile}: ${twice} is listed twice`);
  return files;
}

/**
 * The folder of objects for this compiler and these flags.
 *
 * @param {import("./compiler.mjs").Compiler} compiler
 * @param {string[]} flags
 */
export function objectFolder(compiler, flags) {
  const [program = "", ...leading] = compiler.command;
  const version = spawnSync(program, [...leading, "--version"], { encoding: "utf8" }).stdout;
  const key = createHash("sha256")
    .update(JSON.stringify([compiler.command, version, flags]))
    .digest("hex");
  return join(PACKAGE_ROOT, "build", key.slice(0, 12));
}

/**
 * Runs a program to its end.
 *
 * @param {string[]} command
 * @returns {Promise<void>}
 * @throws {BuildError} It ended with an error.
 */
export function runTool(command) {
  const [program = "", ...args] = command;
  return new Promise((fulfil, reject) => {
    const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"] });
    let text = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (part) => {
        text += part;
      });
    }
    child.on("error", (error) => reject(new BuildError(error.message)));
    child.on("close", (code, signal) => {
      if (code === 0) {
        if (text !== "") process.stderr.write(text);
        fulfil();
      } else {
        reject(new BuildError(`${command.join(" ")}\n${text}(${signal ?? `exit code ${code}`})`));
      }
    });
  });
}

/**
 * Calls `work` for every item, a few at a time, and waits for all of them.
 *
 * @template T, R
 * @param {T[]} items
 * @param {(item: T) => Promise<R>} work
 * @param {number} [jobs]
 * @returns {Promise<R[]>} In the order of the items.
 * @throws The first failure, after the calls already under way have ended.
 */
export async function inParallel(items, work, jobs = Math.max(2, availableParallelism())) {
  /** @type {R[]} */
  const results = new Array(items.length);
  /** @type {unknown[]} */
  const failures = [];
  let next = 0;
  const worker = async () => {
    while (next < items.length && failures.length === 0) {
      const index = next++;
      try {
        results[index] = await work(/** @type {T} */ (items[index]));
      } catch (error) {
        failures.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(jobs, items.length) }, worker));
  if (failures.length > 0) throw failures[0];
  return results;
}

/** @param {string} object */
function isCurrent(object) {
  const dependencies = `${object}.d`;
  if (!existsSync(object) || !existsSync(dependencies)) return false;
  const made = statSync(object).mtimeMs;
  const prerequisites = readFileSync(dependencies, "utf8")
    .replace(/\\\r?\n/g, " ")
    .replace(/^[^:]*:/, "")
    .split(/(?<!\\)\s+/)
    .filter(Boolean)
    .map((name) => name.replaceAll("\\ ", " "));
  return prerequisites.every((name) => {
    const status = statSync(name, { throwIfNoEntry: false });
    return status !== undefined && status.mtimeMs < made;
  });
}

/**
 * Compiles one C file unless its object is newer than everything it was made from.
 *
 * @param {import("./compiler.mjs").Compiler} compiler
 * @param {string[]} flags
 * @param {string} source Absolute path.
 * @param {string} object Absolute path.
 */
export async function compileObject(compiler, flags, source, object) {
  if (isCurrent(object)) return object;
  mkdirSync(dirname(object), { recursive: true });
  const partial = `${object}.${process.pid}`;
  const begun = new Date();
  await runTool([
    ...compiler.command,
    ...flags,
    "-MMD",
    "-MF",
    `${partial}.d`,
    "-c",
    source,
    "-o",
    partial,
  ]);
  // Dated by its beginning: a source edited while it was being compiled is newer than its object.
  utimesSync(partial, begun, begun);
  renameSync(`${partial}.d`, `${object}.d`);
  renameSync(partial, object);
  return object;
}

/** The file that tells where the library comes from. */
const BUILD_INFO = "api/api_build_info.c";

/**
 * Compiles the engine, all of it: a file that does not compile does not hide the others.
 *
 * @param {import("./compiler.mjs").Compiler} compiler
 * @param {string[]} flags
 * @param {object} [options]
 * @param {string} [options.source] What the library says of its sources; only one object depends
 *   on it, and has it in its name.
 * @param {(flags: string[], file: string, text: string) => string[]} [options.tune] The flags of
 *   one file, as {@link shippedFlags} gives them.
 * @returns {Promise<{ objects: string[], broken: string[] }>} The objects in list order, and the
 *   compiler's text for each file that has none.
 */
export async function compileEngine(compiler, flags, { source, tune } = {}) {
  /** @type {Map<string, string>} */
  const folders = new Map();
  /** @param {string[]} of */
  const folderOf = (of) => {
    const key = of.join("\n");
    const known = folders.get(key) ?? objectFolder(compiler, of);
    folders.set(key, known);
    return known;
  };
  /** @type {string[]} */
  const broken = [];
  const objects = await inParallel(sourceList(), async (file) => {
    const path = join(PACKAGE_ROOT, "src", file);
    const fileFlags = tune?.(flags, file, readFileSync(path, "utf8")) ?? flags;
    const told = file === BUILD_INFO && source !== undefined;
    const stem = file.replaceAll("/", "+");
    const object = join(folderOf(fileFlags), told ? `${stem}.${source}.o` : `${stem}.o`);
    const toldFlags = told ? [`-DLP_SOURCE="${source}"`] : [];
    try {
      return [await compileObject(compiler, [...fileFlags, ...toldFlags], path, object)];
    } catch (error) {
      if (!(error instanceof BuildError)) throw error;
      broken.push(error.message);
      return [];
    }
  });
  return { objects: objects.flat(), broken };
}
