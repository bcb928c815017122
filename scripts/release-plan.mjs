// What a release would be: a clone of what is committed, with the versions that the changesets
// give. The working tree is never changed.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { runProgram } from "./pack-packages.mjs";
import { publicPackages, REPOSITORY_ROOT } from "./public-packages.mjs";

/** Something stands in the way of a release; every reason is in the message. */
export class ReleaseError extends Error {
  /** @param {string} message */
  constructor(message) {
    super(message);
    this.name = "ReleaseError";
  }
}

/**
 * @param {string} root Of a checkout.
 * @throws {ReleaseError} It has changes, or files that are neither committed nor ignored.
 */
export async function requireCleanTree(root) {
  const changed = await runProgram(["git", "status", "--porcelain"], { cwd: root });
  if (changed !== "") {
    throw new ReleaseError(
      `commit or remove these first; what is committed is released:\n${changed}`,
    );
  }
}

/**
 * @typedef {object} PlannedRelease
 * @property {string} name
 * @property {string} type `major`, `minor` or `patch`.
 * @property {string} oldVersion
 * @property {string} newVersion
 */

/**
 * Clones what is committed, and lets changesets set the versions there.
 *
 * @param {string} root Of a checkout.
 * @param {string} clone A folder that does not exist yet.
 * @returns {Promise<PlannedRelease[]>} Of the packages that are published, in that order.
 * @throws {ReleaseError} There is no changeset, or packages would differ in version.
 */
export async function planRelease(root, clone) {
  await runProgram(["git", "clone", "--quiet", root, clone], { cwd: root });
  // Changesets compare with a local main, which a clone of a single commit may lack.
  await runProgram(["git", "checkout", "--quiet", "-B", "main"], { cwd: clone });
  const changeset = join(REPOSITORY_ROOT, "node_modules/@changesets/cli/bin.js");
  const report = "release-plan.json";
  await runProgram([process.execPath, changeset, "status", "--output", report], { cwd: clone });
  const { releases } = JSON.parse(readFileSync(join(clone, report), "utf8"));
  if (releases.length === 0) {
    throw new ReleaseError("nothing to release: there is no changeset (make one: pnpm changeset)");
  }
  await runProgram([process.execPath, changeset, "version"], { cwd: clone });

  const packages = publicPackages(clone);
  const before = new Map(publicPackages(root).map(({ name, version }) => [name, version]));
  const versions = new Set(packages.map(({ version }) => version));
  if (versions.size > 1) {
    const list = packages.map(({ name, version }) => `  ${name} ${version}`).join("\n");
    throw new ReleaseError(
      `packages are released together, with one version; put all of them into "fixed" in .changeset/config.json:\n${list}`,
    );
  }
  return packages.map(({ name, version }) => {
    const planned = releases.find((/** @type {PlannedRelease} */ one) => one.name === name);
    return {
      name,
      type: planned?.type ?? "none",
      oldVersion: before.get(name) ?? "",
      newVersion: version,
    };
  });
}
