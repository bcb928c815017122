/**
 * Where this code is at run time: its own module, or the bundle that it became a part of.
 * Bundlers leave `import.meta.url` empty (CommonJS output of esbuild) or put the path of the
 * machine that made the bundle there (webpack), so it is believed only if the file exists.
 */
import { existsSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";

/** The folder of this module, of the bundle it is in, or else of the program that was started. */
export function codeFolder(): string {
  const candidates = [
    pathOf(import.meta.url),
    // Only CommonJS has it: a bundle.
    typeof __filename === "string" ? __filename : undefined,
    process.argv[1],
  ];
  const file = candidates.find((path) => path !== undefined && existsSync(path));
  return file === undefined ? process.cwd() : dirname(file);
}

function pathOf(url: string | undefined): string | undefined {
  return url?.startsWith("file:") ? fileURLToPath(url) : undefined;
}
