/** Where the workspace's packages are, whether this runs as it is written or compiled. */
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The folder `packages/`. */
export const packagesFolder: string = findPackages(dirname(fileURLToPath(import.meta.url)));

function findPackages(from: string): string {
  if (existsSync(join(from, "ffi/generate")) && existsSync(join(from, "c-api"))) return from;
  const parent = dirname(from);
  if (parent === from) throw new Error("this is not in the workspace: there is no packages/ffi");
  return findPackages(parent);
}
