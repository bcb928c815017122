// The packages that are published, in the order of publishing: none before what it depends on.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

/** The root of the repository. */
export const REPOSITORY_ROOT = resolve(dirname(fileURLToPath(import.meta.url)), "..");

/**
 * @typedef {object} PublicPackage
 * @property {string} name
 * @property {string} version
 * @property {string} folder Absolute.
 * @property {Record<string, any>} manifest Its package.json as it is in the workspace.
 */

/**
 * @param {string} [root] Of a checkout.
 * @returns {PublicPackage[]}
 */
export function publicPackages(root = REPOSITORY_ROOT) {
  /** @type {Map<string, PublicPackage>} */
  const found = new Map();
  for (const parent of ["packages", "packages/platforms"]) {
    for (const name of readdirSync(join(root, parent)).sort()) {
      const folder = join(root, parent, name);
      const path = join(folder, "package.json");
      if (!existsSync(path)) continue;
      const manifest = JSON.parse(readFileSync(path, "utf8"));
      if (manifest.private) continue;
      found.set(manifest.name, {
        name: manifest.name,
        version: manifest.version,
        folder,
        manifest,
      });
    }
  }
  /** @type {Set<PublicPackage>} */
  const ordered = new Set();
  /** @param {PublicPackage} entry @param {string[]} path */
  const visit = (entry, path) => {
    if (path.includes(entry.name)) {
      throw new Error(`packages depend on each other: ${[...path, entry.name].join(" -> ")}`);
    }
    for (const name of workspaceDependencies(entry.manifest)) {
      const dependency = found.get(name);
      if (dependency !== undefined) visit(dependency, [...path, entry.name]);
    }
    ordered.add(entry);
  };
  for (const entry of found.values()) visit(entry, []);
  return [...ordered];
}

/** @param {Record<string, any>} manifest @returns {string[]} Names of what an installation takes. */
function workspaceDependencies({ dependencies, optionalDependencies, peerDependencies }) {
  return Object.keys({ ...dependencies, ...optionalDependencies, ...peerDependencies });
}
