/** `npm run bench -- page`. */

import { mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { UsageError, wholeNumber } from "./arguments.js";
import { type BenchResults, readResults } from "./bench-results.js";
import { pageFiles, writePage } from "./benchmark-page.js";
import { webPeerNames } from "./browser/browser-runtimes.js";
import { measureBrowser } from "./browser-command.js";
import { drawChart } from "./network-chart.js";
import { architectures } from "./networks/architectures.js";
import { measureNetworks } from "./networks-command.js";
import { installPeers } from "./peers/install-peers.js";
import { findRuntimes, runtimeNames } from "./peers/peer-list.js";
import { measureStarts } from "./start-command.js";

const defaultRounds = 5;
const timeoutMs = 300_000;
const docsFolder = fileURLToPath(new URL("../../../docs", import.meta.url));

export const pageUsage = `usage: npm run bench -- page [options]

Measures everything that \`networks\` (at 1 and 2 threads), \`browser\` and \`start\` measure, with all peers, and
writes the page of the documentation: ${Object.values(pageFiles).join(", ")}.

  --rounds N        turns of every runtime (${defaultRounds})
  --install         installs the peers into the cache first
  --from FILE       measures nothing: writes the page again from such a JSON file
  --browser FILE    with --from: puts in its place what \`browser --json FILE\` wrote
  --folder FOLDER   where to (docs)
`;

export async function pageCommand(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      rounds: { type: "string" },
      install: { type: "boolean", default: false },
      from: { type: "string" },
      browser: { type: "string" },
      folder: { type: "string" },
    },
  });
  if (values.from !== undefined && (values.rounds !== undefined || values.install)) {
    throw new UsageError("--from measures nothing: --rounds and --install mean nothing with it");
  }
  if (values.browser !== undefined && values.from === undefined) {
    throw new UsageError("--browser goes with --from");
  }
  const here = process.env["INIT_CWD"] ?? ".";
  const rounds = wholeNumber("--rounds", values.rounds ?? String(defaultRounds));
  const results =
    values.from === undefined
      ? await measureAll(rounds, values.install)
      : {
          ...readResults(resolve(here, values.from)),
          ...(values.browser !== undefined && {
            browser: readResults(resolve(here, values.browser)),
          }),
        };
  const folder = values.folder === undefined ? docsFolder : resolve(here, values.folder);
  mkdirSync(folder, { recursive: true });
  const texts = {
    json: `${JSON.stringify(results, undefined, 2)}\n`,
    markdown: writePage(results),
    svg: drawChart(results),
  };
  for (const kind of ["json", "markdown", "svg"] as const) {
    writeFileSync(join(folder, pageFiles[kind]), texts[kind]);
  }
  console.log(`wrote ${Object.values(pageFiles).join(", ")} in ${folder}`);
  return 0;
}

async function measureAll(rounds: number, install: boolean): Promise<BenchResults> {
  const results = await measureNetworks({
    networks: architectures.map(({ name }) => name),
    find: async (say) => {
      if (install) await installPeers(say);
      return findRuntimes(runtimeNames);
    },
    threads: [1, 2],
    rounds,
    timeoutMs,
  });
  const browser = await measureBrowser({
    networks: architectures.map(({ name }) => name),
    peers: webPeerNames,
    rounds,
    timeoutMs,
    install,
  });
  const { start, layerCalls } = await measureStarts();
  return { ...results, browser, start, layerCalls };
}
