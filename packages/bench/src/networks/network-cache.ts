/** Makes networks once and keeps them in a folder outside of the tree. */

import { createHash } from "node:crypto";
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { runChild } from "../peers/child-processes.js";
import { type Architecture, buildNetwork } from "./architectures.js";
import type { NetworkGraph } from "./network-builder.js";
import { writeOnnx } from "./write-onnx.js";
import { writeParams, writeSymbol } from "./write-symbol.js";

/** What is told to a worker besides the paths. */
export interface NetworkFacts {
  readonly name: string;
  readonly title: string;
  readonly input: { readonly name: string; readonly shape: readonly number[] };
  readonly outputs: readonly { readonly name: string; readonly shape: readonly number[] }[];
  readonly multiplyAdds: number;
  readonly weightBytes: number;
  /** Of what made it: other code makes other networks. */
  readonly fingerprint: string;
}

/** A network on disk. */
export interface StoredNetwork extends NetworkFacts {
  /** `symbol.json`, `weights.params`, `network.onnx`, and `input.bin` and `expected.bin` as float32. */
  readonly folder: string;
}

/** Where networks, peers and what was converted are kept. */
export function cacheFolder(): string {
  const named = process.env["LIBPREDICT_BENCH_CACHE"];
  const caches = process.env["XDG_CACHE_HOME"] || join(homedir(), ".cache");
  return named || join(caches, "libpredict", "bench");
}

const makeTimeoutMs = 15 * 60_000;

/**
 * Gives a network, and has it made if it is not there yet or was made by other code: in a process of its
 * own, because it takes half a minute in which this one could not be stopped.
 *
 * @throws Error with the words of what failed
 */
export async function storedNetwork(
  architecture: Architecture,
  say: (text: string) => void,
): Promise<StoredNetwork> {
  const known = readNetwork(architecture.name);
  if (known !== undefined) return known;
  say(`making ${architecture.title}`);
  const maker = fileURLToPath(new URL("make-network.js", import.meta.url));
  const { code, stderr } = await runChild([process.execPath, maker, architecture.name], {
    timeoutMs: makeTimeoutMs,
  });
  const made = code === 0 ? readNetwork(architecture.name) : undefined;
  if (made === undefined) {
    throw new Error(
      `${architecture.title} cannot be made: ${stderr.trim() || `exit code ${code}`}`,
    );
  }
  return made;
}

function readNetwork(name: string): StoredNetwork | undefined {
  const folder = join(networksFolder(), name);
  const file = join(folder, "network.json");
  if (!existsSync(file)) return undefined;
  const facts = JSON.parse(readFileSync(file, "utf8")) as NetworkFacts;
  return facts.fingerprint === codeFingerprint() ? { ...facts, folder } : undefined;
}

const networksFolder = (): string => join(cacheFolder(), "networks");

/** Makes a network and puts it into the cache. */
export function makeNetwork(architecture: Architecture): void {
  removeAbandoned();
  const folder = join(networksFolder(), architecture.name);
  const graph = buildNetwork(architecture);
  // Under another name until it is whole: whoever is stopped leaves no half of a network.
  const unfinished = `${folder}.${process.pid}`;
  mkdirSync(unfinished, { recursive: true });
  const floats = (data: Float64Array): Uint8Array => new Uint8Array(Float32Array.from(data).buffer);
  const files: Record<string, readonly Uint8Array[]> = {
    "symbol.json": [Buffer.from(writeSymbol(graph))],
    "weights.params": [writeParams(graph)],
    "network.onnx": writeOnnx(graph),
    "input.bin": [floats(graph.input.data)],
    "expected.bin": graph.outputs.map(({ data }) => floats(data)),
    "network.json": [
      Buffer.from(`${JSON.stringify(factsOf(architecture, graph), undefined, 2)}\n`),
    ],
  };
  for (const [name, pieces] of Object.entries(files)) {
    const file = openSync(join(unfinished, name), "w");
    for (const piece of pieces) {
      for (let at = 0; at < piece.length; ) at += writeSync(file, piece, at);
    }
    closeSync(file);
  }
  rmSync(folder, { recursive: true, force: true });
  renameSync(unfinished, folder);
}

function factsOf({ name, title }: Architecture, graph: NetworkGraph): NetworkFacts {
  const params = graph.nodes.flatMap((node) => node.params);
  return {
    name,
    title,
    input: { name: graph.input.name, shape: graph.input.shape },
    outputs: graph.outputs.map((output) => ({ name: output.name, shape: output.shape })),
    multiplyAdds: graph.multiplyAdds,
    weightBytes: params.reduce((sum, { data }) => sum + data.byteLength, 0),
    fingerprint: codeFingerprint(),
  };
}

/** Removes what makers left that were stopped: the name ends with a process that is no more. */
function removeAbandoned(): void {
  const folder = networksFolder();
  for (const name of existsSync(folder) ? readdirSync(folder) : []) {
    const maker = Number(/\.(\d+)$/.exec(name)?.[1]);
    if (maker > 0 && !isRunning(maker)) rmSync(join(folder, name), { recursive: true });
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

function codeFingerprint(): string {
  const hash = createHash("sha256");
  const here = fileURLToPath(new URL(".", import.meta.url));
  for (const name of readdirSync(here).sort()) {
    if (name.endsWith(".js")) hash.update(readFileSync(join(here, name)));
  }
  return hash.digest("hex").slice(0, 16);
}
