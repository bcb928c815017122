// Copies the built library into the platform package of this machine, where a program that uses
// the packages finds it first. Both builds call this, so the copy is never older than the library:
// build.mjs after linking, and the platform package's own build, which is not cached, where
// turbo has taken dist/ out of its cache. Each copy has its libpredict.json beside it.

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
 * Copies a library into the platform package; the file that is there is replaced in one step, for
 * a program may have it open.
 *
 * @param {string} library
 * @param {string} [copy] Default: its place in this machine's platform package; where there is no
 *   such package nothing is done.
 */
export function placeLibrary(library, copy) {
  const folder = platformFolder();
  const target = copy ?? (folder === undefined ? undefined : join(folder, "libpredict.so"));
  if (target === undefined) return;
  const bytes = readFileSync(library);
  if (!existsSync(target) || !readFileSync(target).equals(bytes)) {
    mkdirSync(dirname(target), { recursive: true });
    const partial = `${target}.${process.pid}`;
    writeFileSync(partial, bytes, { mode: 0o755 });
    renameSync(partial, target);
  }
  if (copy !== undefined) return;
  const manifest = `${JSON.stringify(describeLibrary(target), undefined, 2)}\n`;
  writeWhole(join(dirname(target), LIBRARY_MANIFEST), manifest);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  placeLibrary(join(PACKAGE_ROOT, "dist", "lib", "libpredict.so"));
}
