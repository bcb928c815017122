/** How long it takes from nothing to a first output in Node, and what a call of a small layer costs. */

import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { loadLibrary } from "@libpredict/ffi";
import { compileCaller, typescriptCaller } from "../call-programs.js";
import type { StoredNetwork } from "../networks/network-cache.js";
import { killChild, runChild, startChild } from "../peers/child-processes.js";
import { nodePeersFolder } from "../peers/install-peers.js";
import { oursName } from "../peers/peer-list.js";
import { makeScratchFolder } from "../scratch-folder.js";
import type { StartAnswer } from "./tell-start.js";

export interface StartMeasurement {
  readonly runtime: string;
  readonly network: string;
  /** Least time from the start of the process to the first output. */
  readonly startMs: number;
  readonly createMs: number;
  readonly residentBytes: number | undefined;
}

/** The least mean time of a call of the 8×8 layer, its input unchanged. */
export interface LayerCall {
  readonly language: string;
  readonly microseconds: number;
}

const timeoutMs = 120_000;
const beside = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

/** @param runtimes of libpredict and onnxruntime-node, those that are here; they take turns */
export async function measureStart(
  networks: readonly StoredNetwork[],
  runtimes: readonly string[],
  rounds: number,
  step: () => void,
): Promise<StartMeasurement[]> {
  const results: StartMeasurement[] = [];
  for (const network of networks) {
    const least = new Map<string, StartMeasurement>();
    for (let round = 0; round < rounds; round++) {
      for (const runtime of runtimes) {
        const program = beside(
          runtime === oursName ? "start-libpredict.js" : `start-${runtime}.js`,
        );
        const packages = runtime === oursName ? [] : [nodePeersFolder()];
        const command = [process.execPath, program, network.folder, ...packages];
        const { startMs, ...answer } = await firstLine(command);
        const before = least.get(runtime);
        least.set(runtime, {
          runtime,
          network: network.name,
          startMs: Math.min(startMs, before?.startMs ?? startMs),
          createMs: Math.min(answer.createMs, before?.createMs ?? answer.createMs),
          residentBytes: answer.residentBytes,
        });
        step();
      }
    }
    results.push(...least.values());
  }
  return results;
}

/** Runs a program, and times its first line. */
function firstLine(
  command: readonly string[],
): Promise<StartAnswer & { readonly startMs: number }> {
  return new Promise((resolve, reject) => {
    const begin = performance.now();
    const child = startChild(command, { stdio: ["ignore", "pipe", "pipe"] });
    let answer: (StartAnswer & { startMs: number }) | undefined;
    let errors = "";
    const timer = setTimeout(() => killChild(child), timeoutMs);
    if (child.stdout) {
      createInterface({ input: child.stdout }).once("line", (line) => {
        const startMs = performance.now() - begin;
        answer = { ...(JSON.parse(line) as StartAnswer), startMs };
      });
    }
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      errors += text;
    });
    child.once("error", reject);
    child.once("close", (code, signal) => {
      clearTimeout(timer);
      if (code === 0 && answer !== undefined) resolve(answer);
      else reject(new Error(`${command.join(" ")} ended with ${signal ?? code}:\n${errors}`));
    });
  });
}

/** One call of the layer from C and from TypeScript. */
export async function measureLayerCalls(
  layer: StoredNetwork,
  rounds: number,
): Promise<LayerCall[]> {
  using folder = makeScratchFolder();
  const callers = {
    C: [await compileCaller(folder.path)],
    TypeScript: typescriptCaller,
  };
  const files = [join(layer.folder, "symbol.json"), join(layer.folder, "weights.params")];
  const shape = layer.input.shape.map(String);
  const least = new Map<string, number>();
  for (let round = 0; round < rounds; round++) {
    for (const [language, caller] of Object.entries(callers)) {
      const command = [...caller, ...files, loadLibrary().path, ...shape];
      const environment = { LIBPREDICT_NUM_THREADS: "1" };
      const { code, stdout, stderr } = await runChild(command, { timeoutMs, environment });
      if (code !== 0) throw new Error(`${command.join(" ")} ended with ${code}:\n${stderr}`);
      const { forward_ns } = JSON.parse(stdout) as { forward_ns: number };
      least.set(language, Math.min(forward_ns / 1000, least.get(language) ?? forward_ns));
    }
  }
  return [...least].map(([language, microseconds]) => ({ language, microseconds }));
}
