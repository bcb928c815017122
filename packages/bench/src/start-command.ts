/** `npm run bench -- start`. */

import { writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { chosen, wholeNumber } from "./arguments.js";
import type { BenchResults } from "./bench-results.js";
import { alignTable, layerCallTable, startTable } from "./network-table.js";
import { architectures } from "./networks/architectures.js";
import { storedNetwork } from "./networks/network-cache.js";
import { findRuntimes, oursName } from "./peers/peer-list.js";
import {
  type LayerCall,
  measureLayerCalls,
  measureStart,
  type StartMeasurement,
} from "./start/measure-start.js";
import { startProgress } from "./terminal-progress.js";

const defaultRounds = 5;
const defaultNetworks = ["layer", "squeezenet", "resnet50"];
const layerName = "layer";
const networkNames = architectures.map(({ name }) => name);

export const startUsage = `usage: npm run bench -- start [options]

From the start of a Node process to the first output, with libpredict and with onnxruntime-node, on one
thread; and what a call of one 8×8 layer costs from C and from TypeScript.

  --nets A,B     of ${networkNames.join(", ")} (${defaultNetworks})
  --rounds N     starts of each (${defaultRounds})
  --json FILE    writes what was measured
`;

export async function startCommand(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      nets: { type: "string", default: defaultNetworks.join(",") },
      rounds: { type: "string", default: String(defaultRounds) },
      json: { type: "string" },
    },
  });
  const networks = chosen("--nets", values.nets, networkNames);
  const measured = await measureStarts(networks, wholeNumber("--rounds", values.rounds));
  console.log(alignTable(startTable(measured)));
  console.log(`\n${alignTable(layerCallTable(measured))}`);
  if (values.json !== undefined) {
    const { start, layerCalls } = measured;
    const path = resolve(process.env["INIT_CWD"] ?? ".", values.json);
    writeFileSync(path, `${JSON.stringify({ start, layerCalls }, undefined, 2)}\n`);
  }
  return 0;
}

export interface Starts {
  readonly networks: BenchResults["networks"];
  readonly start: readonly StartMeasurement[];
  readonly layerCalls: readonly LayerCall[];
}

export async function measureStarts(
  names: readonly string[] = defaultNetworks,
  rounds: number = defaultRounds,
): Promise<Starts> {
  const { found, missing } = await findRuntimes([oursName, "onnxruntime-node"]);
  const runtimes = found.map(({ name }) => name);
  const progress = startProgress(names.length * rounds * runtimes.length + 1);
  try {
    for (const { name, missing: why } of missing) progress.say(`without ${name}: ${why}`);
    const stored = await Promise.all(
      architectures
        .filter(({ name }) => name === layerName || names.includes(name))
        .map((architecture) => storedNetwork(architecture, progress.say)),
    );
    const networks = stored.filter(({ name }) => names.includes(name));
    const start = await measureStart(networks, runtimes, rounds, () => progress.step("starts"));
    const [layer] = stored.filter(({ name }) => name === layerName);
    progress.step("calls of a layer");
    const layerCalls = layer === undefined ? [] : await measureLayerCalls(layer, rounds);
    return { networks, start, layerCalls };
  } finally {
    progress.stop();
  }
}
