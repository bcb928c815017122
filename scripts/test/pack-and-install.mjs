// Before the tests of this project: packs every public package, and installs them by name in an
// empty folder with npm, from a registry that has nothing but them and the workspace's packages.

import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findPnpm, packPackages, runProgram } from "../pack-packages.mjs";
import { REPOSITORY_ROOT } from "../public-packages.mjs";
import { startLocalRegistry } from "./local-registry.mjs";

/**
 * @typedef {object} Release
 * @property {{ name: string, tarball: string, folder: string }[]} packages
 * @property {string[]} pnpm
 * @property {string} home An empty folder, and `models/digits` in it, for what tests write.
 * @property {string} installed Where npm installed `libpredict` and `@libpredict/core`.
 * @property {string} registry URL.
 */

/** @param {import("vitest/node").TestProject} project */
export async function setup(project) {
  const home = mkdtempSync(join(tmpdir(), "libpredict-release-"));
  const tarballs = join(home, "tarballs");
  const installed = join(home, "installed");
  for (const folder of [tarballs, installed]) mkdirSync(folder);
  cpSync(join(REPOSITORY_ROOT, "packages/examples/models"), join(home, "models"), {
    recursive: true,
  });
  const pnpm = findPnpm();
  const packed = await packPackages(tarballs, { pnpm });
  const registry = await startLocalRegistry(packed);
  writeFileSync(join(installed, "package.json"), '{ "private": true }\n');
  await runProgram(
    ["npm", "install", "--no-audit", "--no-fund", "libpredict", "@libpredict/core"],
    { cwd: installed, env: clientEnvironment(home, registry.url) },
  );
  project.provide("release", {
    packages: packed.map(({ name, tarball, folder }) => ({ name, tarball, folder })),
    pnpm,
    home,
    installed,
    registry: registry.url,
  });
  return async () => {
    await registry.close();
    rmSync(home, { recursive: true, force: true });
  };
}

/**
 * The environment without what an outer npm or pnpm hands to the scripts it runs, which would
 * overrule the folder and the settings of an inner one, and without what finds other libraries.
 *
 * @returns {NodeJS.ProcessEnv}
 */
export function plainEnvironment() {
  const { NODE_PATH, NODE_OPTIONS, LIBPREDICT_PATH, INIT_CWD, ...env } = process.env;
  for (const name of Object.keys(env)) if (/^(?:npm|pnpm)_/i.test(name)) delete env[name];
  return env;
}

/**
 * The environment of a package manager that knows this registry alone and starts with empty caches.
 *
 * @param {string} home
 * @param {string} registry
 * @returns {NodeJS.ProcessEnv}
 */
export function clientEnvironment(home, registry) {
  return {
    ...plainEnvironment(),
    npm_config_registry: registry,
    npm_config_cache: join(home, "npm-cache"),
    npm_config_store_dir: join(home, "pnpm-store"),
    npm_config_update_notifier: "false",
    XDG_CACHE_HOME: join(home, "cache"),
  };
}
