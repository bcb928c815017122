// Writes libpredict.json beside a library in a platform package: where the binary comes from and
// how to recognise it. `libpredict doctor` and the release compare the file with the binary.

import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { BuildError, PACKAGE_ROOT } from "./objects.mjs";

/** The name of the manifest, beside the library. */
export const LIBRARY_MANIFEST = "libpredict.json";

/**
 * @typedef {object} LibraryManifest
 * @property {string} package Name of the platform package.
 * @property {string} version Of the package, and of the library in it.
 * @property {string} file
 * @property {number} size In bytes.
 * @property {string} sha256 Of the file.
 * @property {string} source SHA-256 of the C sources it was compiled from, as in the banner of
 *   predict.c; the library's own `source=` has its first 16 digits.
 * @property {string | null} glibc The oldest glibc that can load it; null: it asks for none.
 */

/**
 * @param {string} library In a platform package.
 * @param {string} [singleFile] The predict.c that was made from the same sources.
 * @returns {LibraryManifest}
 * @throws {BuildError} The library says that it was made from other sources.
 */
export function describeLibrary(
  library,
  singleFile = join(PACKAGE_ROOT, "dist", "amalgamation", "predict.c"),
) {
  const owner = JSON.parse(readFileSync(join(dirname(library), "package.json"), "utf8"));
  const bytes = readFileSync(library);
  const banner = readFileSync(singleFile, "utf8").slice(0, 2000);
  const source = /SHA-256 of the sources: ([0-9a-f]{64})/.exec(banner)?.[1];
  if (source === undefined) {
    throw new BuildError(`${singleFile}: no hash of the sources in its banner`);
  }
  const said = /\bsource=(\w+)/.exec(bytes.toString("latin1"))?.[1];
  if (said === undefined || !source.startsWith(said)) {
    throw new BuildError(`${library}: made from sources ${said}, not ${source}; build again`);
  }
  return {
    package: owner.name,
    version: owner.version,
    file: basename(library),
    size: bytes.length,
    sha256: createHash("sha256").update(bytes).digest("hex"),
    source,
    glibc: oldestGlibc(bytes),
  };
}

/** @param {Buffer} bytes Of an ELF file, whose string table names the versions it asks for. */
function oldestGlibc(bytes) {
  const versions = [...bytes.toString("latin1").matchAll(/\0GLIBC_(\d+)\.(\d+)(?=[.\0])/g)];
  const newest = versions
    .map(([, major, minor]) => [Number(major), Number(minor)])
    .sort(([a = 0, b = 0], [c = 0, d = 0]) => a - c || b - d)
    .at(-1);
  return newest === undefined ? null : newest.join(".");
}

/**
 * @param {string} folder Of a platform package.
 * @returns {LibraryManifest | undefined} undefined: it has none.
 */
export function readLibraryManifest(folder) {
  const path = join(folder, LIBRARY_MANIFEST);
  return existsSync(path) ? JSON.parse(readFileSync(path, "utf8")) : undefined;
}
