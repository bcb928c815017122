/** `npm run conformance -- --models small|all`: whole networks against what the reference answered. */

import { execPath } from "node:process";
import { fileURLToPath } from "node:url";
import { HarnessProcess } from "./harness-process.js";
import { referenceEnvironment } from "./mxnet-reference.js";
import { type NetworkGolden, readNetworkGoldens } from "./network-golden.js";
import { NetworkModels } from "./network-models.js";
import { type NetworkResult, runNetwork } from "./network-runs.js";

const typescriptHarness = fileURLToPath(new URL("../dist/typescript-harness.js", import.meta.url));
/** Native kernels answer the largest of them in minutes. */
const longestAnswerMs = 600_000;

export interface NetworksOptions {
  /** The library's file. */
  readonly library: string;
  /** It is MXNet. */
  readonly isReference: boolean;
  readonly onlySmall: boolean;
  /** Only networks whose name or family contains it. */
  readonly filter: string;
  /** Called with each result. */
  readonly report: (result: NetworkResult) => void;
}

/** Runs networks one after the other, each in a process of its own. */
export async function runNetworks(options: NetworksOptions): Promise<NetworkResult[]> {
  const { onlySmall, filter } = options;
  const models = new NetworkModels();
  const results: NetworkResult[] = [];
  for (const golden of readNetworkGoldens()) {
    const { network, family, small } = golden;
    if ((onlySmall && !small) || !`${network} ${family}`.includes(filter)) continue;
    const result = await runOne(options, models, golden);
    options.report(result);
    results.push(result);
  }
  return results;
}

async function runOne(
  options: NetworksOptions,
  models: NetworkModels,
  golden: NetworkGolden,
): Promise<NetworkResult> {
  const { network, family, nodes } = golden;
  if (options.isReference && golden.unwritten === true) {
    const detail =
      "MXNet's ROIAlign leaves rows unwritten (operators.md 0b.11), which this adds up";
    return { network, family, nodes, verdict: "skipped", detail };
  }
  const model = await models.get(golden);
  if ("missing" in model) {
    return { network, family, nodes, verdict: "skipped", detail: model.missing };
  }
  if ("wrong" in model) return { network, family, nodes, verdict: "fails", detail: model.wrong };
  const harness = new HarnessProcess({
    command: [execPath, typescriptHarness, options.library],
    timeoutMs: longestAnswerMs,
    environment: options.isReference ? environmentFor(golden) : {},
  });
  try {
    return await runNetwork(harness, golden, model.symbol, model.params);
  } finally {
    await harness.stop();
    model.done();
  }
}

/** The reference's native kernels leave outputs of RNN unwritten; its oneDNN kernels were asked there. */
function environmentFor(golden: NetworkGolden): Record<string, string> {
  const { MXNET_MKLDNN_ENABLED, ...withOneDnn } = referenceEnvironment;
  return golden.source === "reference oneDNN" ? withOneDnn : { ...referenceEnvironment };
}

/** A line of the table. */
export function networkLine({ network, family, nodes, verdict, error, detail }: NetworkResult) {
  const shown = error === undefined || !Number.isFinite(error) ? "" : error.toExponential(1);
  const columns = [
    network.padEnd(38),
    family.padEnd(19),
    `${nodes}`.padStart(5),
    shown.padStart(8),
  ];
  return `${columns.join(" ")}  ${verdict}${detail === undefined ? "" : `: ${detail.split("\n")[0]}`}`;
}

export const networkHead = `${"network".padEnd(38)} ${"family".padEnd(19)} nodes    error  verdict`;
