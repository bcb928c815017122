// Packs a folder as an npm tarball.

import { readdirSync, readFileSync, statSync } from "node:fs";
import { join, sep } from "node:path";
import { gzipSync } from "node:zlib";

const BLOCK = 512;

/**
 * @param {string} folder
 * @returns {Buffer} A .tgz of every regular file below it, without nested node_modules.
 */
export function writeTarball(folder) {
  const parts = [];
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    const relative = path
      .slice(folder.length + 1)
      .split(sep)
      .join("/");
    if (!entry.isFile() || relative.split("/").includes("node_modules")) continue;
    const content = readFileSync(path);
    parts.push(header(`package/${relative}`, content.length, statSync(path).mode & 0o777), content);
    parts.push(Buffer.alloc((BLOCK - (content.length % BLOCK)) % BLOCK));
  }
  parts.push(Buffer.alloc(2 * BLOCK));
  return gzipSync(Buffer.concat(parts), { level: 1 });
}

/** @param {string} name @param {number} size @param {number} mode */
function header(name, size, mode) {
  const block = Buffer.alloc(BLOCK);
  const cut = name.length <= 100 ? -1 : name.indexOf("/", name.length - 101);
  block.write(name.slice(cut + 1), 0, 100);
  block.write(cut < 0 ? "" : name.slice(0, cut), 345, 155);
  block.write(`${mode.toString(8).padStart(7, "0")}\0`, 100);
  block.write(`${"0".repeat(7)}\0${"0".repeat(7)}\0`, 108);
  block.write(`${size.toString(8).padStart(11, "0")}\0${"0".repeat(11)}\0`, 124);
  block.write("        0", 148);
  block.write("ustar\x0000", 257);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  return block;
}
