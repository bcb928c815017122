// Copies the built library into the platform package of this machine, where a program that uses
// the packages finds it first. Called twice, so that the copy is never older than the library: by
// build.mjs after linking, and at the end of `npm run build`, for turbo may have taken dist/ out of
// its cache. `npm run build:platforms` places the others. Each copy has its libpredict.json beside it.

import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { writeWhole } from "./amalgamate.mjs";
import { describeLibrary, LIBRARY_MANIFEST } from "./library-manifest.mjs";
import { PACKAGE_ROOT } from "./objects.mjs";

const PLATFORMS = resolve(PACKAGE_ROOT, "..", "platforms");

/** @returns {string | undefined} Folder of this machine's platform package; undefined: there is none. */
export function platformFolder() {
  const header = /** @type {{ header?: { glibcVersionRuntime?: string } }} */ (
    process.report.getReport()
  ).header;
  if (process.platform === "linux" && header?.glibcVersionRuntime === undefined) return undefined;
  const folder = join(PLATFORMS, `${process.platform}-${process.arch}`);
  return existsSync(join(folder, "package.json")) ? folder : undefined;
}

/**
 * Copies a library; the file that is there is replaced in one step, for a program may have it open.
 *
 * @param {string} library
 * @param {string} copy
 */
export function copyLibrary(library, copy) {
  const bytes = readFileSync(library);
  if (existsSync(copy) && readFileSync(copy).equals(bytes)) return;
  mkdirSync(dirname(copy), { recursive: true });
  const partial = `${copy}.${process.pid}`;
  writeFileSync(partial, bytes, { mode: 0o755 });
  renameSync(partial, copy);
}

/**
 * Copies a library into a platform package, and writes its manifest.
 *
 * @param {string} library
 * @param {string | undefined} [folder] Of the package; default: this machine's. Where there is no
 *   such package nothing is done.
 * @param {string} [name] What the package calls the file.
 */
export function placeLibrary(library, folder = platformFolder(), name = "libpredict.so") {
  if (folder === undefined) return;
  const copy = join(folder, name);
  copyLibrary(library, copy);
  const manifest = `${JSON.stringify(describeLibrary(copy), undefined, 2)}\n`;
  writeWhole(join(folder, LIBRARY_MANIFEST), manifest);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  placeLibrary(join(PACKAGE_ROOT, "dist", "lib", "libpredict.so"));
}
