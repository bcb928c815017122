/** Runs whole networks through a harness, and compares their outputs with the goldens. */

import { dtypeCodes } from "./case-format.js";
import { compareDetections } from "./detection-sets.js";
import { HarnessFailure, type HarnessProcess } from "./harness-process.js";
import type { NetworkGolden, NetworkInput, NetworkRun, SampledOutput } from "./network-golden.js";
import { type Comparison, compareSampled } from "./network-samples.js";
import { decodeElements, elementCount, tensorBytes } from "./tensor-data.js";

/** As many elements as goldens keep of an output, and of an internal one. */
const outputSamples = 200;
const internalSamples = 60;

export interface NetworkResult {
  readonly network: string;
  readonly family: string;
  readonly nodes: number;
  readonly verdict: "agrees" | "fails" | "skipped";
  /** The largest difference of all outputs, as a share of its output's largest element. */
  readonly error?: number;
  /** Why it was skipped, or what differs. */
  readonly detail?: string;
}

/** All runs of a network; the first problem ends it. */
export async function runNetwork(
  harness: HarnessProcess,
  golden: NetworkGolden,
  symbol: string,
  params: Buffer,
): Promise<NetworkResult> {
  const { network, family, nodes } = golden;
  let error = 0;
  const failed = (detail: string): NetworkResult => ({
    ...{ network, family, nodes, verdict: "fails", error, detail },
  });
  try {
    for (const [index, run] of golden.runs.entries()) {
      for (const { what, comparison } of await compareRun(harness, run, symbol, params)) {
        error = Math.max(error, comparison.error);
        if (comparison.problem !== undefined) {
          return failed(`run ${index}, ${what}: ${comparison.problem}`);
        }
      }
    }
    return { network, family, nodes, verdict: "agrees", error };
  } catch (problem) {
    if (problem instanceof CallFailure || problem instanceof HarnessFailure) {
      return failed(problem.message);
    }
    throw problem;
  }
}

interface Compared {
  readonly what: string;
  readonly comparison: Comparison;
}

/** Internal outputs first: where they differ says more. */
async function compareRun(
  harness: HarnessProcess,
  run: NetworkRun,
  symbol: string,
  params: Buffer,
): Promise<Compared[]> {
  const compared: Compared[] = [];
  const compare = (what: string, kept: SampledOutput, { shape, data }: Output, most: number) => {
    compared.push({ what, comparison: compareSampled(kept, shape, data, most) });
  };
  const { internals = [], internalInputs = [] } = run;
  if (internals.length > 0) {
    const inputs = run.inputs.filter(({ name }) => internalInputs.includes(name));
    const names = internals.map(({ name }) => name);
    const outputs = await forward(harness, symbol, params, inputs, internals.length, names);
    for (const [i, kept] of internals.entries()) {
      compare(`node ${kept.name}`, kept, outputs[i] as Output, internalSamples);
    }
  }
  const outputs = await forward(harness, symbol, params, run.inputs, run.outputs.length, null);
  for (const [i, kept] of run.outputs.entries()) {
    if (kept !== null) compare(`output ${i}`, kept, outputs[i] as Output, outputSamples);
  }
  if (run.detections !== undefined) {
    const rows = outputs.filter((_, i) => run.outputs[i] === null);
    compared.push({ what: "detections", comparison: compareDetections(run.detections, rows) });
  }
  return compared;
}

interface Output {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** A call that failed, in the library's words. */
class CallFailure extends Error {}

async function forward(
  harness: HarnessProcess,
  symbol: string,
  params: Buffer,
  inputs: readonly NetworkInput[],
  count: number,
  outputs: readonly string[] | null,
): Promise<Output[]> {
  const call = async (message: Record<string, unknown>, payload?: Buffer) => {
    const answer = await harness.request(message, payload);
    if ((answer.json["rc"] ?? 0) !== 0) {
      throw new CallFailure(`${message["call"]}: ${String(answer.json["error"])}`);
    }
    return answer;
  };
  await call({ call: "begin", id: "network" });
  const keys = inputs.map(({ name, shape }) => ({ name, shape }));
  const create = { call: "MXPredCreatePartialOut", symbol, keys, outputs };
  const handle = (await call(create, params)).json["handle"];
  for (const input of inputs) {
    const data = inputBytes(input);
    const size = data.length / 4;
    const set = { call: "MXPredSetInput", handle, key: input.name, size, dtype: 0 };
    await call(set, data);
  }
  await call({ call: "MXPredForward", handle });
  const results: Output[] = [];
  for (let index = 0; index < count; index++) {
    const at = { handle, index };
    const shape = (await call({ call: "MXPredGetOutputShape", ...at })).json["shape"] as number[];
    const size = elementCount(shape);
    const get = {
      call: "MXPredGetOutput",
      ...at,
      size,
      dtype: dtypeCodes.float32,
      bytes: 4 * size,
    };
    const { payload } = await call(get);
    const bytes = payload.buffer.slice(payload.byteOffset, payload.byteOffset + payload.length);
    results.push({ shape, data: new Float32Array(bytes as ArrayBuffer) });
  }
  await call({ call: "begin", id: "done" });
  return results;
}

/** The elements as float32, which every input of these networks is. */
export function inputBytes({ whole = false, ...spec }: NetworkInput): Buffer {
  if (!whole) return tensorBytes(spec);
  const numbers = decodeElements(tensorBytes({ ...spec, dtype: "int32" }), "int32");
  return Buffer.from(Float32Array.from(numbers).buffer);
}
