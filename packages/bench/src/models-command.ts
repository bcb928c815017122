/** `npm run bench -- models`. */

import { readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import {
  findReference,
  inputBytes,
  type NetworkGolden,
  NetworkModels,
  readNetworkGoldens,
} from "@libpredict/conformance";
import { loadLibrary } from "@libpredict/ffi";
import { UsageError, wholeNumber } from "./arguments.js";
import { machine } from "./bench-results.js";
import { type Contestant, compareModel, type ModelFiles } from "./compare-model.js";
import {
  type ModelResults,
  type ModelRow,
  modelsPage,
  modelTable,
  modelVerdict,
} from "./model-table.js";
import { alignTable } from "./network-table.js";
import { makeScratchFolder } from "./scratch-folder.js";

const defaultRounds = 5;
const timeoutMs = 600_000;
const turnSeconds = 0.2;
const docsFolder = fileURLToPath(new URL("../../../docs", import.meta.url));
const worker = fileURLToPath(new URL("../peers/model_worker.py", import.meta.url));

export const modelsUsage = `usage: npm run bench -- models [options]

Time and memory of the conformance suite's whole networks at one thread, libpredict and MXNet 1.9.1 (as
users ran it: oneDNN, fused subgraphs) in turns. Networks that are not in the cache are made.

  --nets TEXT,...  only networks whose name or family contains one of these
  --small          only the small half
  --rounds N       turns of both (${defaultRounds})
  --json FILE      writes everything that was measured
  --page           writes docs/models.md and docs/models.json
  --from FILE      measures nothing: writes the page again from such a JSON file
`;

export async function modelsCommand(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      nets: { type: "string" },
      small: { type: "boolean", default: false },
      rounds: { type: "string", default: String(defaultRounds) },
      json: { type: "string" },
      page: { type: "boolean", default: false },
      from: { type: "string" },
    },
  });
  const here = process.env["INIT_CWD"] ?? ".";
  if (values.from !== undefined) {
    writePage(JSON.parse(readFileSync(resolve(here, values.from), "utf8")) as ModelResults);
    return 0;
  }
  const words = values.nets?.split(",") ?? [""];
  const goldens = readNetworkGoldens().filter(
    ({ network, family, small }) =>
      (small || !values.small) && words.some((word) => `${network} ${family}`.includes(word)),
  );
  if (goldens.length === 0) throw new UsageError(`--nets: no network contains "${values.nets}"`);
  const results = await measureModels(goldens, wholeNumber("--rounds", values.rounds));
  console.log(alignTable(modelTable(results)));
  console.log(modelVerdict(results));
  const text = `${JSON.stringify(results, undefined, 2)}\n`;
  if (values.json !== undefined) writeFileSync(resolve(here, values.json), text);
  if (values.page) writePage(results);
  return results.rows.some(({ ours }) => ours.failure !== undefined) ? 1 : 0;
}

function writePage(results: ModelResults): void {
  writeFileSync(join(docsFolder, "models.md"), modelsPage(results));
  writeFileSync(join(docsFolder, "models.json"), `${JSON.stringify(results, undefined, 2)}\n`);
  console.log("wrote docs/models.md and docs/models.json");
}

async function measureModels(
  goldens: readonly NetworkGolden[],
  rounds: number,
): Promise<ModelResults> {
  const reference = findReference();
  if ("missing" in reference) throw new Error(reference.missing);
  const python = process.env["LIBPREDICT_REFERENCE_PYTHON"] ?? "";
  const contestant = (library: string, environment: Record<string, string>): Contestant => ({
    command: [python, worker, library],
    environment,
  });
  const ours = contestant(loadLibrary().path, { LIBPREDICT_NUM_THREADS: "1" });
  const theirs = contestant(reference.library, { OMP_NUM_THREADS: "1" });
  const models = new NetworkModels();
  const rows: ModelRow[] = [];
  const skipped: { network: string; why: string }[] = [];
  for (const golden of goldens) {
    const model = await models.get(golden);
    if (!("symbol" in model)) {
      skipped.push({
        network: golden.network,
        why: "missing" in model ? model.missing : model.wrong,
      });
      continue;
    }
    using folder = makeScratchFolder();
    const files: ModelFiles = {
      symbol: model.symbolFile,
      params: model.paramsFile,
      weightBytes: golden.paramsBytes,
      inputs: (golden.runs[0]?.inputs ?? []).map((input) => {
        const file = join(folder.path, input.name);
        writeFileSync(file, inputBytes(input));
        return { name: input.name, shape: input.shape, file };
      }),
    };
    const compared = await compareModel(files, ours, theirs, { rounds, timeoutMs, turnSeconds });
    model.done();
    const { network, family, nodes } = golden;
    const row = { network, family, nodes, ...compared };
    rows.push(row);
    process.stderr.write(
      `${modelTable({ rows: [row] })
        .at(-1)
        ?.join("  ")}\n`,
    );
  }
  return { format: 1, machine: machine(), rounds, rows, skipped };
}
