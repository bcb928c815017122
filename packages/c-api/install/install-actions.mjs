// Puts a layout below a prefix, and takes it back. Owns the rule of what may be touched: a file is
// ours when the manifest names it and its content is still what the manifest says. Everything else
// stays, unless the caller forces it.

import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, posix } from "node:path";
import {
  contentFingerprint,
  fingerprint,
  linkFingerprint,
  MANIFEST_PATH,
  readManifest,
} from "./install-manifest.mjs";

/** Something stands in the way; every reason is in the message. */
export class InstallError extends Error {
  /** @param {string} message */
  constructor(message) {
    super(message);
    this.name = "InstallError";
  }
}

/**
 * @typedef {object} InstallReport
 * @property {string[]} placed Paths put in place, relative to the prefix.
 * @property {string[]} replaced Those among them that were not ours before.
 * @property {string[]} removed Paths of an earlier installation that this one no longer has.
 */

/**
 * Puts every entry in place. Nothing is written when something stands in the way.
 *
 * @param {string} root The prefix, behind DESTDIR if that is set.
 * @param {import("./install-layout.mjs").LayoutEntry[]} layout
 * @param {{ version: string, force?: boolean, dryRun?: boolean }} options
 * @returns {InstallReport}
 * @throws {InstallError} A file is there that is not ours, or that was changed.
 */
export function install(root, layout, { version, force = false, dryRun = false }) {
  const earlier = readManifest(root);
  /** @type {string[]} */
  const obstacles = [];
  /** @type {string[]} */
  const replaced = [];
  for (const { path } of layout) {
    const there = fingerprint(join(root, path));
    if (there === undefined || isOurs(earlier, path, there)) continue;
    if (there === "folder" || there === "special") obstacles.push(`${path}: is not a file`);
    else if (force) replaced.push(path);
    else obstacles.push(`${path}: ${foreignReason(earlier?.files[path])}`);
  }
  if (obstacles.length > 0) {
    const hint = obstacles.every((line) => line.endsWith("is not a file"))
      ? ""
      : "\nTake these files away, choose another --prefix, or replace them with --force.";
    throw new InstallError(
      `nothing installed, for ${root} has other files in these places:\n  ${obstacles.join("\n  ")}${hint}`,
    );
  }

  const kept = new Set(layout.map(({ path }) => path));
  const removed = Object.entries(earlier?.files ?? {})
    .filter(([path, print]) => !kept.has(path) && fingerprint(join(root, path)) === print)
    .map(([path]) => path);
  const placed = layout.map(({ path }) => path);
  if (dryRun) return { placed, replaced, removed };

  const folders = newFolders(root, [...placed, MANIFEST_PATH], earlier?.folders ?? []);
  mkdirSync(join(root, dirname(MANIFEST_PATH)), { recursive: true });
  const files = Object.fromEntries(layout.map((entry) => [entry.path, entryFingerprint(entry)]));
  // Until all is in place the record has both installations: whichever is found is ours.
  const begun = { ...earlier?.files, ...files };
  writeManifest(root, { version, files: begun, earlier: earlier?.files ?? {}, folders });
  for (const entry of layout) place(root, entry);
  for (const path of removed) rmSync(join(root, path));
  writeManifest(root, { version, files, folders: removeEmptyFolders(root, folders) });
  return { placed, replaced, removed };
}

/**
 * @typedef {object} UninstallReport
 * @property {string[]} removed Relative to the prefix.
 * @property {string[]} missing Files of the manifest that were gone already.
 * @property {string[]} changed Files that were changed since they were installed, and stay.
 */

/**
 * Takes back what the manifest names and is unchanged, then the folders that were made for it and
 * are empty. Where something changed was left, the manifest stays, naming only that.
 *
 * @param {string} root The prefix, behind DESTDIR if that is set.
 * @param {{ force?: boolean, dryRun?: boolean }} options force: changed files go too.
 * @returns {UninstallReport}
 * @throws {InstallError} Nothing is installed there.
 */
export function uninstall(root, { force = false, dryRun = false }) {
  const manifest = readManifest(root);
  if (manifest === undefined) {
    throw new InstallError(
      `nothing of libpredict is installed in ${root} (there is no ${MANIFEST_PATH})`,
    );
  }
  /** @type {UninstallReport} */
  const report = { removed: [], missing: [], changed: [] };
  for (const path of Object.keys(manifest.files)) {
    const there = fingerprint(join(root, path));
    const isFile = there !== "folder" && there !== "special";
    if (there === undefined) report.missing.push(path);
    else if (isOurs(manifest, path, there) || (force && isFile)) report.removed.push(path);
    else report.changed.push(path);
  }
  if (dryRun) return report;

  for (const path of report.removed) rmSync(join(root, path));
  const left = report.changed.map((path) => [path, manifest.files[path] ?? ""]);
  if (left.length > 0) {
    writeManifest(root, { ...manifest, files: Object.fromEntries(left) });
  } else {
    rmSync(join(root, MANIFEST_PATH));
  }
  removeEmptyFolders(root, manifest.folders);
  return report;
}

/**
 * Whether what stands at a path is what an installation put there.
 *
 * @param {import("./install-manifest.mjs").Manifest | undefined} manifest
 * @param {string} path
 * @param {string} there Its fingerprint.
 */
function isOurs(manifest, path, there) {
  return there === manifest?.files[path] || there === manifest?.earlier?.[path];
}

/** @param {string | undefined} recorded */
function foreignReason(recorded) {
  return recorded === undefined
    ? "was not put there by libpredict"
    : "was changed since libpredict put it there";
}

/** @param {import("./install-layout.mjs").LayoutEntry} entry */
function entryFingerprint(entry) {
  return entry.kind === "link" ? linkFingerprint(entry.target) : contentFingerprint(entry.content);
}

/**
 * Folders below the prefix that an installation makes, those of the earlier one included.
 *
 * @param {string} root
 * @param {string[]} paths
 * @param {string[]} earlier
 */
function newFolders(root, paths, earlier) {
  const folders = new Set(earlier);
  for (const path of paths) {
    for (let folder = posix.dirname(path); folder !== "."; folder = posix.dirname(folder)) {
      if (!existsSync(join(root, folder))) folders.add(folder);
    }
  }
  return [...folders].sort();
}

/**
 * Replaces what stands there in one step, for a program may have the library open.
 *
 * @param {string} root
 * @param {import("./install-layout.mjs").LayoutEntry} entry
 */
function place(root, entry) {
  const path = join(root, entry.path);
  mkdirSync(dirname(path), { recursive: true });
  const partial = `${path}.${process.pid}`;
  rmSync(partial, { force: true });
  try {
    if (entry.kind === "link") symlinkSync(entry.target, partial);
    else {
      writeFileSync(partial, entry.content, { flag: "wx" });
      chmodSync(partial, entry.mode);
    }
    renameSync(partial, path);
  } finally {
    rmSync(partial, { force: true });
  }
}

/**
 * @param {string} root
 * @param {Omit<import("./install-manifest.mjs").Manifest, "kind">} content
 */
function writeManifest(root, content) {
  const manifest = { kind: "libpredict install manifest", ...content };
  const path = join(root, MANIFEST_PATH);
  writeFileSync(`${path}.${process.pid}`, `${JSON.stringify(manifest, undefined, 2)}\n`);
  renameSync(`${path}.${process.pid}`, path);
}

/**
 * @param {string} root
 * @param {string[]} folders
 * @returns {string[]} The folders that are still there.
 */
function removeEmptyFolders(root, folders) {
  const left = [];
  for (const folder of [...folders].sort().reverse()) {
    const path = join(root, folder);
    const status = lstatSync(path, { throwIfNoEntry: false });
    if (status === undefined) continue;
    if (status.isDirectory() && readdirSync(path).length === 0) rmdirSync(path);
    else left.push(folder);
  }
  return left.sort();
}
