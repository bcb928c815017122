// Packs every public package as it would be published.

import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync, realpathSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { publicPackages, REPOSITORY_ROOT } from "./public-packages.mjs";
import { readTarball } from "./read-tarball.mjs";

/**
 * @typedef {object} PackedPackage
 * @property {string} name
 * @property {string} version
 * @property {string} folder The package in the workspace.
 * @property {string} tarball Absolute path.
 * @property {string} sha256 Of the tarball.
 * @property {number} packedBytes
 * @property {number} unpackedBytes
 * @property {Map<string, Buffer>} files Content by path in the package.
 * @property {Record<string, any>} manifest The package.json that was packed.
 */

/** A program that was started ended with an error; the message has its output. */
export class ToolError extends Error {
  /** @param {string} message */
  constructor(message) {
    super(message);
    this.name = "ToolError";
  }
}

/**
 * The pnpm that package.json names.
 *
 * @returns {string} Its command, in the folder that npx keeps for it.
 * @throws {ToolError} It is neither installed nor in npm's cache, and there is no network.
 */
function locatePnpm() {
  const wanted = JSON.parse(readFileSync(join(REPOSITORY_ROOT, "package.json"), "utf8"));
  const asked = spawnSync("npx", ["-y", "-p", wanted.packageManager, "-c", "command -v pnpm"], {
    cwd: REPOSITORY_ROOT,
    encoding: "utf8",
  });
  const path = asked.stdout?.trim() ?? "";
  if (path === "") {
    throw new ToolError(
      `${wanted.packageManager} cannot be started: ${asked.error ?? asked.stderr}`,
    );
  }
  return path;
}

/**
 * As above, started by Node: no shell, no search at each start.
 *
 * @returns {string[]} Program and leading arguments.
 * @throws {ToolError} As {@link locatePnpm}.
 */
export function findPnpm() {
  return [process.execPath, realpathSync(locatePnpm())];
}

/**
 * The search path with pnpm on it, for turbo, which looks there for it.
 *
 * @throws {ToolError} As {@link locatePnpm}.
 */
export function pathWithPnpm() {
  return `${dirname(locatePnpm())}${delimiter}${process.env["PATH"] ?? ""}`;
}

/**
 * Runs a program to its end.
 *
 * @param {string[]} command
 * @param {{ cwd: string, env?: NodeJS.ProcessEnv }} options
 * @returns {Promise<string>} What it wrote to its standard output.
 * @throws {ToolError} It ended with an error.
 */
export function runProgram(command, { cwd, env = process.env }) {
  const [program = "", ...args] = command;
  return new Promise((fulfil, reject) => {
    const child = spawn(program, args, { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
    let out = "";
    let err = "";
    child.stdout.setEncoding("utf8").on("data", (part) => {
      out += part;
    });
    child.stderr.setEncoding("utf8").on("data", (part) => {
      err += part;
    });
    child.on("error", reject);
    child.on("close", (code, signal) => {
      if (code === 0) fulfil(out);
      else
        reject(
          new ToolError(`${command.join(" ")}: ${signal ?? `exit code ${code}`}\n${out}${err}`),
        );
    });
  });
}

/**
 * @param {string} destination An empty folder.
 * @param {{ root?: string, pnpm?: string[] }} [options]
 * @returns {Promise<PackedPackage[]>} In the order of publishing.
 */
export async function packPackages(
  destination,
  { root = REPOSITORY_ROOT, pnpm = findPnpm() } = {},
) {
  const packed = [];
  for (const { name, version, folder } of publicPackages(root)) {
    await runProgram([...pnpm, "pack", "--pack-destination", destination], { cwd: folder });
    const file = `${name.replace("@", "").replace("/", "-")}-${version}.tgz`;
    packed.push(describeTarball(join(destination, file), folder, name));
  }
  return packed;
}

/**
 * @param {string} tarball
 * @param {string} folder
 * @param {string} name What it has to be.
 * @returns {PackedPackage}
 */
export function describeTarball(tarball, folder, name) {
  const bytes = readFileSync(tarball);
  const files = readTarball(tarball);
  const manifest = JSON.parse(files.get("package.json")?.toString("utf8") ?? "{}");
  if (manifest.name !== name) throw new Error(`${tarball}: is ${manifest.name}, not ${name}`);
  return {
    name,
    version: manifest.version,
    folder,
    tarball,
    sha256: createHash("sha256").update(bytes).digest("hex"),
    packedBytes: bytes.length,
    unpackedBytes: [...files.values()].reduce((sum, content) => sum + content.length, 0),
    files,
    manifest,
  };
}
