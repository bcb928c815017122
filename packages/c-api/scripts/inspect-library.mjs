// What a shared library of any system exports, imports and asks for; read by LIEF, a wheel on PyPI.

import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { installVenv } from "./cached-venv.mjs";
import { BuildError, PACKAGE_ROOT } from "./objects.mjs";

const VERSION = "1.0.0";

/**
 * @typedef {object} LibraryContents
 * @property {string[]} exports
 * @property {string[]} imports
 * @property {string[]} libraries What it asks the loader for.
 * @property {string[]} versions Of the C library's symbols, such as GLIBC_2.2.5.
 * @property {boolean} stripped
 * @property {string} name What it calls itself.
 */

/**
 * @param {string} library
 * @param {(text: string) => void} say
 * @returns {LibraryContents}
 * @throws {BuildError} LIEF cannot be had, or cannot read the file.
 */
export function inspectLibrary(library, say) {
  const python = installVenv(`lief-${VERSION}`, `lief==${VERSION}`, { size: "4 MB", say });
  const script = join(PACKAGE_ROOT, "scripts", "inspect_library.py");
  const result = spawnSync(python, [script, library], { encoding: "utf8" });
  if (result.status !== 0) throw new BuildError(`${library}: ${result.stderr.trim()}`);
  return JSON.parse(result.stdout)[0];
}
