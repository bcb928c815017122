// The record of what an installation put where: share/libpredict/manifest.json below the prefix.
// Invariants: it is written before the first file is put in place and taken away after the last
// one, so an interrupted installation can be taken back too; a path in it never leaves the prefix.

import { createHash } from "node:crypto";
import { lstatSync, readFileSync, readlinkSync } from "node:fs";
import { isAbsolute, join, posix } from "node:path";

/** Where the manifest is, relative to the prefix. */
export const MANIFEST_PATH = "share/libpredict/manifest.json";

/**
 * @typedef {object} Manifest
 * @property {"libpredict install manifest"} kind
 * @property {string} version Of libpredict.
 * @property {Record<string, string>} files Path below the prefix to its fingerprint, see {@link fingerprint}.
 * @property {Record<string, string>} [earlier] Only while an installation replaces another one, or
 *   after it was interrupted: what the replaced one had put there.
 * @property {string[]} folders Those the installation made, relative to the prefix, parents first.
 */

/** A manifest that is not one. */
export class ManifestError extends Error {
  /** @param {string} message */
  constructor(message) {
    super(message);
    this.name = "ManifestError";
  }
}

/** @param {Buffer} content */
export function contentFingerprint(content) {
  return `sha256:${createHash("sha256").update(content).digest("hex")}`;
}

/** @param {string} target */
export function linkFingerprint(target) {
  return `link:${target}`;
}

/**
 * What stands at a path now, in the words of the manifest.
 *
 * @param {string} path
 * @returns {string | undefined} undefined: nothing is there.
 */
export function fingerprint(path) {
  const status = lstatSync(path, { throwIfNoEntry: false });
  if (status === undefined) return undefined;
  if (status.isSymbolicLink()) return linkFingerprint(readlinkSync(path));
  if (status.isFile()) return contentFingerprint(readFileSync(path));
  return status.isDirectory() ? "folder" : "special";
}

/**
 * @param {string} root The prefix, behind DESTDIR if that is set.
 * @returns {Manifest | undefined} undefined: nothing is installed there.
 * @throws {ManifestError} The file is not a manifest, or names a path outside of the prefix.
 */
export function readManifest(root) {
  const path = join(root, MANIFEST_PATH);
  /** @type {string} */
  let text;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    const code = /** @type {NodeJS.ErrnoException} */ (error).code;
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    throw error;
  }
  /** @type {Partial<Manifest>} */
  let found;
  try {
    found = JSON.parse(text);
  } catch (error) {
    throw new ManifestError(`${path}: ${/** @type {Error} */ (error).message}`);
  }
  if (found?.kind !== "libpredict install manifest") {
    throw new ManifestError(`${path}: not a manifest of libpredict`);
  }
  const { version = "", files = {}, earlier, folders = [] } = found;
  for (const name of [...Object.keys({ ...files, ...earlier }), ...folders]) {
    if (isAbsolute(name) || posix.normalize(name) !== name || name.split("/").includes("..")) {
      throw new ManifestError(`${path}: "${name}" is not a path below the prefix`);
    }
  }
  return {
    kind: found.kind,
    version,
    files,
    folders,
    ...(earlier === undefined ? {} : { earlier }),
  };
}
