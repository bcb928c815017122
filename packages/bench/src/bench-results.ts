/** Everything that was measured, as `--json` writes it. */

import { readFileSync } from "node:fs";
import { cpus } from "node:os";
import type { Measurement } from "./compare-networks.js";
import type { NetworkFacts } from "./networks/network-cache.js";
import type { MissingRuntime, Runtime } from "./peers/peer-list.js";
import type { LayerCall, StartMeasurement } from "./start/measure-start.js";

export type RuntimeFacts = Pick<Runtime, "name" | "version" | "installedBytes" | "engineBytes">;

export interface BenchResults {
  readonly format: 1;
  readonly machine: { readonly processor: string; readonly processors: number };
  readonly rounds: number;
  readonly threads: readonly number[];
  readonly runtimes: readonly RuntimeFacts[];
  readonly missing: readonly MissingRuntime[];
  readonly networks: readonly Pick<
    NetworkFacts,
    "name" | "title" | "multiplyAdds" | "weightBytes"
  >[];
  readonly measurements: readonly Measurement[];
  /** Processors that other programs kept busy. */
  readonly otherLoad: readonly {
    readonly network: string;
    readonly threads: number;
    readonly processors: number;
  }[];
  readonly start?: readonly StartMeasurement[];
  readonly layerCalls?: readonly LayerCall[];
  /** What `browser` measures. */
  readonly browser?: Omit<BenchResults, "browser">;
}

export function machine(): BenchResults["machine"] {
  const all = cpus();
  return { processor: all[0]?.model.trim() ?? "unknown", processors: all.length };
}

/** @throws Error if the file is not what `--json` writes */
export function readResults(file: string): BenchResults {
  const value = JSON.parse(readFileSync(file, "utf8")) as Partial<BenchResults> | null;
  if (value?.format !== 1 || !Array.isArray(value.measurements)) {
    throw new Error(`${file} is not what \`networks --json\` or \`page\` writes`);
  }
  return value as BenchResults;
}
