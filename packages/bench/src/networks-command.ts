/** `npm run bench -- networks`. */

import { writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { chosen, UsageError, wholeNumber } from "./arguments.js";
import { compareNetwork, type Measurement } from "./compare-networks.js";
import { alignTable, makeRows, tableCells } from "./network-table.js";
import { architectures } from "./networks/architectures.js";
import { type StoredNetwork, storeNetwork } from "./networks/network-cache.js";
import { installPeers } from "./peers/install-peers.js";
import { findRuntimes, oursName, runtimeNames } from "./peers/peer-list.js";

const defaultRounds = 5;

export const networksUsage = `usage: npm run bench -- networks [options]

Compares libpredict with other runtimes on the same networks and weights, and prints the least time of
one forward, the best peer whose outputs are right, and its time over ours.

  --nets A,B        of ${architectures.map(({ name }) => name).join(", ")}
  --peers A,B       of ${runtimeNames.filter((name) => name !== oursName).join(", ")}
  --threads 1,2     numbers of threads (1,2)
  --rounds N        turns of every runtime (${defaultRounds})
  --timeout SECONDS longest time for one answer of a runtime (120)
  --json FILE       writes everything that was measured
  --install         installs the peers into the cache first
  --help
`;

export async function networksCommand(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      nets: { type: "string" },
      peers: { type: "string" },
      threads: { type: "string", default: "1,2" },
      rounds: { type: "string", default: String(defaultRounds) },
      timeout: { type: "string", default: "120" },
      json: { type: "string" },
      install: { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (values.help) {
    process.stdout.write(networksUsage);
    return 0;
  }
  const nets = chosen(
    "--nets",
    values.nets,
    architectures.map(({ name }) => name),
  );
  const peers = chosen(
    "--peers",
    values.peers,
    runtimeNames.filter((name) => name !== oursName),
  );
  const threadCounts = values.threads.split(",").map((text) => wholeNumber("--threads", text));
  const rounds = wholeNumber("--rounds", values.rounds);
  const timeoutMs = wholeNumber("--timeout", values.timeout) * 1000;
  const say = (text: string): void => void process.stderr.write(`${text}\n`);
  if (values.install) await installPeers(say);
  const { found, missing } = await findRuntimes([oursName, ...peers]);
  for (const { name, missing: why } of missing) say(`without ${name}: ${why}`);
  const networks: StoredNetwork[] = architectures
    .filter(({ name }) => nets.includes(name))
    .map((architecture) => storeNetwork(architecture, say));
  const measurements: Measurement[] = [];
  for (const threads of threadCounts) {
    for (const network of networks) {
      const result = await compareNetwork(network, threads, found, {
        rounds,
        timeoutMs,
        step: () => undefined,
      });
      measurements.push(...result.measurements);
      for (const { runtime, failure } of result.measurements) {
        if (failure !== undefined) say(`${runtime}: ${network.title}: ${failure}`);
      }
      const names = found.map(({ name }) => name);
      const rows = makeRows([network], result.measurements, threads);
      say(alignTable(tableCells(rows, names, threads).slice(0, 2)));
    }
    const rows = makeRows(networks, measurements, threads);
    console.log(
      `\n${alignTable(
        tableCells(
          rows,
          found.map(({ name }) => name),
          threads,
        ),
      )}`,
    );
  }
  if (values.json !== undefined) {
    const path = resolve(process.env["INIT_CWD"] ?? ".", values.json);
    writeFileSync(path, `${JSON.stringify({ measurements }, undefined, 2)}\n`);
  }
  if (measurements.length === 0) throw new UsageError("nothing to measure");
  return 0;
}
