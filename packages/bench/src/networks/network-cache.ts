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
  writeFileSync,
  writeSync,
} from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Architecture, buildNetwork } from "./architectures.js";
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

/** @returns the network; made if it is not there yet or was made by other code */
export function storeNetwork(
  architecture: Architecture,
  told: (text: string) => void,
): StoredNetwork {
  const folder = join(cacheFolder(), "networks", architecture.name);
  const fingerprint = codeFingerprint();
  const facts = join(folder, "network.json");
  if (existsSync(facts)) {
    const known = JSON.parse(readFileSync(facts, "utf8")) as NetworkFacts;
    if (known.fingerprint === fingerprint) return { ...known, folder };
  }
  told(`making ${architecture.title}`);
  const graph = buildNetwork(architecture);
  // Under another name until it is whole: a run that is stopped leaves no half of a network.
  const unfinished = `${folder}.${process.pid}`;
  rmSync(unfinished, { recursive: true, force: true });
  mkdirSync(unfinished, { recursive: true });
  const write = (name: string, pieces: readonly Uint8Array[]): void => {
    const file = openSync(join(unfinished, name), "w");
    for (const piece of pieces) {
      for (let at = 0; at < piece.length; ) at += writeSync(file, piece, at);
    }
    closeSync(file);
  };
  const floats = (data: Float64Array): Uint8Array => new Uint8Array(Float32Array.from(data).buffer);
  write("symbol.json", [Buffer.from(writeSymbol(graph))]);
  write("weights.params", [writeParams(graph)]);
  write("network.onnx", writeOnnx(graph));
  write("input.bin", [floats(graph.input.data)]);
  write(
    "expected.bin",
    graph.outputs.map(({ data }) => floats(data)),
  );
  const bytes = (data: Float32Array): number => data.byteLength;
  const made: NetworkFacts = {
    name: architecture.name,
    title: architecture.title,
    input: { name: graph.input.name, shape: graph.input.shape },
    outputs: graph.outputs.map(({ name, shape }) => ({ name, shape })),
    multiplyAdds: graph.multiplyAdds,
    weightBytes: graph.nodes
      .flatMap(({ params }) => params)
      .reduce((sum, { data }) => sum + bytes(data), 0),
    fingerprint,
  };
  writeFileSync(join(unfinished, "network.json"), `${JSON.stringify(made, undefined, 2)}\n`);
  rmSync(folder, { recursive: true, force: true });
  renameSync(unfinished, folder);
  return { ...made, folder };
}

function codeFingerprint(): string {
  const hash = createHash("sha256");
  const here = fileURLToPath(new URL(".", import.meta.url));
  for (const name of readdirSync(here).sort()) {
    if (name.endsWith(".js")) hash.update(readFileSync(join(here, name)));
  }
  return hash.digest("hex").slice(0, 16);
}
