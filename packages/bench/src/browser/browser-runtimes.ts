/** The runtimes of the comparison in the browser, and other forms of our own beside them. */

import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { webPeersFolder } from "../peers/install-peers.js";
import {
  type FoundRuntimes,
  type MissingRuntime,
  oursName,
  type Runtime,
} from "../peers/peer-list.js";

const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const wasmFolder = here("../../../wasm/dist");

/** Peers, by the names of page-runtimes.ts, with what is fetched to run them. */
const peers: Readonly<Record<string, { readonly from: string; readonly module: string }>> = {
  "onnxruntime-web": {
    from: "onnxruntime-web",
    module: "onnxruntime-web/dist/ort-wasm-simd-threaded.wasm",
  },
  "litert.js": { from: "@litertjs/core", module: "@litertjs/core/wasm/litert_wasm_internal.wasm" },
};
export const webPeerNames = Object.keys(peers);

/** In the page; in the page without relaxed SIMD; as WebAssembly in Node; native. */
export const ownForms = [
  oursName,
  `${oursName} without relaxed`,
  `${oursName} in Node`,
  `${oursName} native`,
] as const;

/** @param names of `webPeerNames` */
export function findWebRuntimes(names: readonly string[]): FoundRuntimes {
  if (!existsSync(join(wasmFolder, "predict.wasm"))) {
    throw new Error(`${wasmFolder} has no predict.wasm: build packages/wasm first`);
  }
  const found: Runtime[] = ownForms.map((name) => ({
    name,
    version: "",
    engineBytes: statSync(join(wasmFolder, "predict.wasm")).size,
    variants: [{ command: commandOf(name), environment: () => ({ LIBPREDICT_NUM_THREADS: "1" }) }],
  }));
  const missing: MissingRuntime[] = [];
  for (const name of names) {
    const peer = webPeer(name);
    if ("missing" in peer) missing.push(peer);
    else found.push(peer);
  }
  return { found, missing };
}

function commandOf(name: (typeof ownForms)[number]): string[] {
  if (name === `${oursName} native`)
    return [process.execPath, here("../peers/libpredict-worker.js")];
  if (name === `${oursName} in Node`) return [process.execPath, here("wasm-worker.js")];
  return [process.execPath, here("browser-worker.js"), name, webPeersFolder()];
}

function webPeer(name: string): Runtime | MissingRuntime {
  const { from = "", module = "" } = peers[name] ?? {};
  const packages = join(webPeersFolder(), "node_modules");
  const manifest = join(packages, from, "package.json");
  if (!existsSync(manifest)) {
    return { name, missing: "not installed; `npm run bench -- browser --install` brings it" };
  }
  const { version } = JSON.parse(readFileSync(manifest, "utf8")) as { version: string };
  return {
    name,
    version,
    installedBytes: bytesBelow(join(packages, from)),
    engineBytes: statSync(join(packages, module)).size,
    variants: [
      {
        command: [process.execPath, here("browser-worker.js"), name, webPeersFolder()],
        environment: () => ({}),
      },
    ],
    ...(name === "litert.js" && { converted: ["network.tflite"], convertedAs: "litert" }),
  };
}

function bytesBelow(folder: string): number {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);
}
