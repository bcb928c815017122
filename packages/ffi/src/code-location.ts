/**
 * Where this code is at run time: its own module, or the bundle that it became a part of.
 * Bundlers leave `import.meta.url` empty (CommonJS output of esbuild) or put the path of the
 * machine that made the bundle there (webpack), so it is believed only if the file exists.
 */
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The folder of this module, of the bundle it is in, or else of the program that was started. */
export function codeFolder(): string {
  const candidates = [pathOf(import.meta.url), commonJsFile(), process.argv[1]];
  const file = candidates.find((path) => path !== undefined && existsSync(path));
  return file === undefined ? process.cwd() : dirname(file);
}

/** The folder of an installed package, as the code in the given folder finds it. */
export function packageFolder(name: string, from: string): string | undefined {
  // Not imported: webpack replaces a createRequire that it sees by what it knows when it bundles.
  const { createRequire } = process.getBuiltinModule("node:module");
  try {
    return dirname(createRequire(join(from, "package.json")).resolve(`${name}/package.json`));
  } catch {
    return undefined;
  }
}

function pathOf(url: string | undefined): string | undefined {
  return url?.startsWith("file:") ? fileURLToPath(url) : undefined;
}

/** Only CommonJS has it, so a bundle. Not `typeof`: webpack says "string" in ES modules too. */
function commonJsFile(): string | undefined {
  try {
    return __filename;
  } catch {
    return undefined;
  }
}
