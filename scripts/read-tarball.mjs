// Reads an npm package's .tgz: regular files only, as package managers unpack it.

import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";

const BLOCK = 512;

/**
 * @param {string} path
 * @returns {Map<string, Buffer>} Content by path, without the leading `package/`.
 * @throws {Error} An entry is not a regular file, or lies outside of `package/`.
 */
export function readTarball(path) {
  const tar = gunzipSync(readFileSync(path));
  /** @type {Map<string, Buffer>} */
  const files = new Map();
  let longName = "";
  for (let offset = 0; offset + BLOCK <= tar.length; ) {
    const header = tar.subarray(offset, offset + BLOCK);
    if (header[0] === 0) break;
    const text = (/** @type {number} */ from, /** @type {number} */ size) =>
      header.toString("utf8", from, from + size).replace(/\0.*$/s, "");
    const size = Number.parseInt(text(124, 12), 8);
    const type = text(156, 1);
    const content = tar.subarray(offset + BLOCK, offset + BLOCK + size);
    offset += BLOCK + Math.ceil(size / BLOCK) * BLOCK;
    if (type === "x") {
      longName = /^\d+ path=(.*)$/m.exec(content.toString("utf8"))?.[1] ?? "";
      continue;
    }
    if (type === "g" || type === "5") continue;
    const prefix = text(345, 155);
    const name = longName || (prefix === "" ? text(0, 100) : `${prefix}/${text(0, 100)}`);
    longName = "";
    if (type !== "0" && type !== "") throw new Error(`${path}: ${name} is not a regular file`);
    if (!name.startsWith("package/") || name.split("/").includes("..")) {
      throw new Error(`${path}: ${name} is outside of the package`);
    }
    files.set(name.slice("package/".length), Buffer.from(content));
  }
  return files;
}
