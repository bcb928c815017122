/** `npm run bench -- browser`. */

import { writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { chosen, wholeNumber } from "./arguments.js";
import type { BenchResults } from "./bench-results.js";
import { findWebRuntimes, webPeerNames } from "./browser/browser-runtimes.js";
import { isAccurate } from "./compare-networks.js";
import * as tables from "./network-table.js";
import { architectures } from "./networks/architectures.js";
import { measureNetworks } from "./networks-command.js";
import { installPeers, installWebPeers } from "./peers/install-peers.js";
import { isOurs } from "./peers/peer-list.js";

const defaultRounds = 5;
const defaultTimeoutSeconds = 120;
const networkNames = architectures.map(({ name }) => name);

export const browserUsage = `usage: npm run bench -- browser [options]

Compares WebAssembly runtimes in pages of headless Chromium, one thread, on the networks of \`networks\`:
the least time of one forward. Beside them libpredict as WebAssembly in Node, and native.
LIBPREDICT_CHROMIUM names a browser (/usr/bin/chromium).

  --nets A,B           of ${networkNames.join(", ")}
  --peers A,B          of ${webPeerNames.join(", ")}; or none
  --rounds N           turns of every runtime (${defaultRounds})
  --timeout SECONDS    longest time for one answer of a runtime (${defaultTimeoutSeconds})
  --json FILE          writes everything that was measured
  --install            installs the peers into the cache first; LiteRT's files are made by its Python
                       package, so those of \`networks\` too (~/.cache/libpredict/bench, 1.2 GB)
`;

export async function browserCommand(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      nets: { type: "string" },
      peers: { type: "string" },
      rounds: { type: "string", default: String(defaultRounds) },
      timeout: { type: "string", default: String(defaultTimeoutSeconds) },
      json: { type: "string" },
      install: { type: "boolean", default: false },
    },
  });
  const results = await measureBrowser({
    networks: chosen("--nets", values.nets, networkNames),
    peers: values.peers === "none" ? [] : chosen("--peers", values.peers, webPeerNames),
    rounds: wholeNumber("--rounds", values.rounds),
    timeoutMs: wholeNumber("--timeout", values.timeout) * 1000,
    install: values.install,
  });
  const shown = [
    tables.timeTable(results, 1),
    tables.loadTable(results),
    tables.sizeTable(results),
  ];
  console.log(shown.map(tables.alignTable).join("\n\n"));
  console.log(`\n! differs from float64 by 1e-3 of the largest output or more: does not count.`);
  for (const { name, missing } of results.missing) console.log(`Without ${name}: ${missing}.`);
  if (values.json !== undefined) {
    const file = resolve(process.env["INIT_CWD"] ?? ".", values.json);
    writeFileSync(file, `${JSON.stringify(results, undefined, 2)}\n`);
  }
  const ours = results.measurements.filter(({ runtime }) => isOurs(runtime));
  return ours.every(isAccurate) ? 0 : 1;
}

export interface BrowserOptions {
  readonly networks: readonly string[];
  readonly peers: readonly string[];
  readonly rounds: number;
  readonly timeoutMs: number;
  readonly install: boolean;
}

export function measureBrowser({
  peers,
  install,
  ...options
}: BrowserOptions): Promise<BenchResults> {
  return measureNetworks({
    ...options,
    threads: [1],
    find: async (say) => {
      if (install) {
        await installPeers(say);
        await installWebPeers(say);
      }
      return findWebRuntimes(peers);
    },
  });
}
