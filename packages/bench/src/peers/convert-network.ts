/** Has a runtime's own format made of a network, once. */

import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { StoredNetwork } from "../networks/network-cache.js";
import { runChild } from "./child-processes.js";
import { pythonOfPeers } from "./install-peers.js";
import { peersFolder, type Runtime } from "./peer-list.js";

const convertTimeoutMs = 5 * 60_000;

/** @throws Error with the converter's words */
export async function convertNetwork(network: StoredNetwork, runtime: Runtime): Promise<void> {
  const { converted, version } = runtime;
  const name = runtime.convertedAs ?? runtime.name;
  const python = pythonOfPeers();
  if (converted === undefined || python === undefined) return;
  const files = converted.map((file) => join(network.folder, file));
  const stamp = join(network.folder, `${name}.txt`);
  const by = `${version} ${codeFingerprint()}\n`;
  const current = existsSync(stamp) && readFileSync(stamp, "utf8") === by;
  if (current && files.every((file) => existsSync(file))) return;
  for (const file of files) rmSync(file, { force: true });
  const script = join(peersFolder, "convert_network.py");
  const { code, stdout, stderr } = await runChild(
    [python, script, name, network.folder, network.input.shape.join(",")],
    { timeoutMs: convertTimeoutMs },
  );
  if (code !== 0) throw new Error(`not converted: ${`${stdout}${stderr}`.trim().slice(-500)}`);
  writeFileSync(stamp, by);
}

/** Of the scripts: other ones convert again. */
function codeFingerprint(): string {
  const hash = createHash("sha256");
  const scripts = readdirSync(peersFolder).filter((name) =>
    /^(?:convert|write)_.*\.py$/.test(name),
  );
  for (const name of scripts.sort()) hash.update(readFileSync(join(peersFolder, name)));
  return hash.digest("hex").slice(0, 16);
}
