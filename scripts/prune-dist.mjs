// Removes from dist/ what no source makes any more, so that it is not packed: tsc leaves the
// output of a file that was renamed or deleted. Runs as a package's `prepack`, in its folder.

import { existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

/**
 * @param {string} folder Of a package whose dist/ is made by tsc from src/.
 * @returns {string[]} What was removed, relative to dist/.
 */
export function pruneDist(folder) {
  const dist = join(folder, "dist");
  if (!existsSync(dist)) return [];
  const stale = readdirSync(dist, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(dist.length + 1))
    .filter((file) => {
      const stem = /^(.*?)(?:\.d\.ts|\.js)$/.exec(file)?.[1];
      return stem === undefined || !existsSync(join(folder, "src", `${stem}.ts`));
    });
  for (const file of stale) rmSync(join(dist, file));
  return stale.sort();
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) pruneDist(process.cwd());
