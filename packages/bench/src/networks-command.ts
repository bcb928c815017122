/** `npm run bench -- networks`. */

import { writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { chosen, wholeNumber } from "./arguments.js";
import { type BenchResults, machine } from "./bench-results.js";
import { compareNetwork, isAccurate, type Measurement } from "./compare-networks.js";
import { drawChart } from "./network-chart.js";
import * as tables from "./network-table.js";
import { architectures } from "./networks/architectures.js";
import { type StoredNetwork, storedNetwork } from "./networks/network-cache.js";
import { installPeers } from "./peers/install-peers.js";
import {
  type FoundRuntimes,
  findRuntimes,
  givenRuntime,
  oursName,
  runtimeNames,
} from "./peers/peer-list.js";
import { type Progress, startProgress } from "./terminal-progress.js";

const defaultRounds = 5;
const defaultTimeoutSeconds = 120;
const networkNames = architectures.map(({ name }) => name);
const peerNames = runtimeNames.filter((name) => name !== oursName);

export const networksUsage = `usage: npm run bench -- networks [options]

Compares libpredict with other runtimes on the same networks and weights: the least time of one forward,
the best peer whose outputs are right, and its time over ours; load time, temporary memory, size on disk.

  --nets A,B           of ${networkNames.join(", ")}
  --peers A,B          of ${peerNames.join(", ")}; or none
  --worker NAME=CMD    one runtime more: a command that speaks the workers' protocol (README)
  --threads 1,2        numbers of threads (1,2)
  --rounds N           turns of every runtime (${defaultRounds})
  --timeout SECONDS    longest time for one answer of a runtime (${defaultTimeoutSeconds})
  --json FILE          writes everything that was measured
  --svg FILE           draws a chart
  --install            installs the peers into the cache first (~/.cache/libpredict/bench, 1 GB)
`;

export async function networksCommand(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      nets: { type: "string" },
      peers: { type: "string" },
      worker: { type: "string", multiple: true, default: [] },
      threads: { type: "string", default: "1,2" },
      rounds: { type: "string", default: String(defaultRounds) },
      timeout: { type: "string", default: String(defaultTimeoutSeconds) },
      json: { type: "string" },
      svg: { type: "string" },
      install: { type: "boolean", default: false },
    },
  });
  const results = await measureNetworks({
    networks: chosen("--nets", values.nets, networkNames),
    find: async (say) => {
      const peers = values.peers === "none" ? [] : chosen("--peers", values.peers, peerNames);
      const given = values.worker.map(givenRuntime);
      if (values.install) await installPeers(say);
      const { found, missing } = await findRuntimes([oursName, ...peers]);
      return { found: [...found, ...given], missing };
    },
    threads: values.threads.split(",").map((text) => wholeNumber("--threads", text)),
    rounds: wholeNumber("--rounds", values.rounds),
    timeoutMs: wholeNumber("--timeout", values.timeout) * 1000,
  });
  const shown = [
    ...results.threads.map((threads) => tables.timeTable(results, threads)),
    tables.loadTable(results),
    tables.memoryTable(results),
    tables.sizeTable(results),
  ];
  console.log(shown.map(tables.alignTable).join("\n\n"));
  console.log(`\n! differs from float64 by 1e-3 of the largest output or more: does not count.`);
  console.log(tables.loadSentence(results));
  for (const { name, missing } of results.missing) console.log(`Without ${name}: ${missing}.`);
  const write = (path: string | undefined, text: string): void => {
    if (path !== undefined) writeFileSync(resolve(process.env["INIT_CWD"] ?? ".", path), text);
  };
  write(values.json, `${JSON.stringify(results, undefined, 2)}\n`);
  write(values.svg, drawChart(results));
  // A peer that is wrong or fails is a result; that we are is not.
  const ours = results.measurements.filter(({ runtime }) => runtime === oursName);
  return ours.every(isAccurate) ? 0 : 1;
}

export interface NetworksOptions {
  readonly networks: readonly string[];
  /** Finds the runtimes, and installs them first where that was asked for. */
  readonly find: (say: (text: string) => void) => Promise<FoundRuntimes>;
  readonly threads: readonly number[];
  readonly rounds: number;
  readonly timeoutMs: number;
}

export async function measureNetworks(options: NetworksOptions): Promise<BenchResults> {
  const { rounds, timeoutMs } = options;
  const wanted = architectures.filter(({ name }) => options.networks.includes(name));
  const progress = startProgress(wanted.length * (1 + options.threads.length * (rounds + 1)));
  try {
    const { found: runtimes, missing } = await options.find(progress.say);
    for (const { name, missing: why } of missing) progress.say(`without ${name}: ${why}`);
    const networks: StoredNetwork[] = [];
    for (const architecture of wanted) {
      progress.step(architecture.title);
      networks.push(await storedNetwork(architecture, progress.say));
    }
    const measurements: Measurement[] = [];
    const otherLoad: BenchResults["otherLoad"][number][] = [];
    const results = (): BenchResults => ({
      format: 1,
      machine: machine(),
      rounds,
      threads: options.threads,
      runtimes: runtimes.map(({ name, version, installedBytes, engineBytes }) => ({
        name,
        version,
        ...(installedBytes !== undefined && { installedBytes }),
        ...(engineBytes !== undefined && { engineBytes }),
      })),
      missing,
      networks: networks.map(({ name, title, multiplyAdds, weightBytes }) => ({
        name,
        title,
        multiplyAdds,
        weightBytes,
      })),
      measurements,
      otherLoad,
    });
    for (const threads of options.threads) {
      for (const network of networks) {
        const doing = `${network.title}, ${tables.threadsWord(threads)}`;
        const compared = await compareNetwork(network, threads, runtimes, {
          rounds,
          timeoutMs,
          step: () => progress.step(doing),
        });
        measurements.push(...compared.measurements);
        if (compared.otherProcessors !== undefined) {
          otherLoad.push({ network: network.name, threads, processors: compared.otherProcessors });
        }
        tell(progress, doing, compared.measurements);
        for (const warning of compared.warnings) progress.say(warning);
      }
    }
    return results();
  } finally {
    progress.stop();
  }
}

/** One line of times, and one for each failure. */
function tell(progress: Progress, title: string, all: readonly Measurement[]): void {
  const times = all.map((m) => `${m.runtime} ${tables.timeCell(m)}`);
  progress.say(`${title}, ms: ${times.join(", ")}`);
  for (const { runtime, failure } of all) {
    if (failure !== undefined) progress.say(`${runtime} failed: ${failure}`);
  }
}
