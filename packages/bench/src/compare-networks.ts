/** Measures networks in several runtimes, in turns: each in processes of its own, none pinned. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { MachineLoad } from "./machine-load.js";
import type { StoredNetwork } from "./networks/network-cache.js";
import { convertNetwork } from "./peers/convert-network.js";
import type { Runtime } from "./peers/peer-list.js";
import { type LoadAnswer, PeerProcess, type RunAnswer } from "./peers/peer-process.js";
import { makeScratchFolder } from "./scratch-folder.js";

/** What one runtime did with one network. */
export interface Measurement {
  readonly runtime: string;
  readonly network: string;
  readonly threads: number;
  /** Why there are no numbers. */
  readonly failure?: string;
  /** Least time of one forward, in milliseconds. */
  readonly ms?: number;
  /** Largest difference from the expected outputs, over the largest of them. */
  readonly error?: number;
  /** From files to a runtime that can run, and the first forward. */
  readonly loadMs?: number;
  readonly firstMs?: number;
  /** Resident memory of the process after the first forward. */
  readonly residentBytes?: number;
  /** By how much loading and the first forward made it grow, without one copy of the weights. */
  readonly temporaryBytes?: number;
}

export interface CompareOptions {
  readonly rounds: number;
  /** Longest time for one answer of a worker. */
  readonly timeoutMs: number;
  /** How long the forwards of one turn take together, at least. */
  readonly turnSeconds?: number;
  /** Called at each step: one network is `rounds + 1` steps. */
  readonly step: () => void;
}

/** A runtime whose error is at or above this has computed something else, and its time counts for nothing. */
export const largestError = 1e-3;

export const isAccurate = ({ error, ms }: Measurement): boolean =>
  ms !== undefined && error !== undefined && error < largestError;

const defaultTurnSeconds = 0.15;
const leastRunsOfTurn = 2;
/** Threads of a runtime that has just run go on spinning, on the processors of the one that is next. */
const pauseMs = 150;

interface Contestant {
  readonly runtime: Runtime;
  readonly worker: PeerProcess;
  readonly loaded: LoadAnswer;
  error: number;
  ms: number;
}

/** What one network came to. */
export interface Comparison {
  readonly measurements: readonly Measurement[];
  /** How many processors other programs kept busy meanwhile; undefined where the system does not tell. */
  readonly otherProcessors: number | undefined;
  /** What went wrong without leaving a runtime with nothing. */
  readonly warnings: readonly string[];
}

/** One network with one number of threads. Never rejects because of a runtime: that is in its result. */
export async function compareNetwork(
  network: StoredNetwork,
  threads: number,
  runtimes: readonly Runtime[],
  options: CompareOptions,
): Promise<Comparison> {
  using folder = makeScratchFolder();
  const processes: PeerProcess[] = [];
  const contestants: Contestant[] = [];
  const failures = new Map<Runtime, string>();
  try {
    const expected = floatsOf(join(network.folder, "expected.bin"));
    const errorOf = async (worker: PeerProcess): Promise<number> => {
      const file = join(folder.path, `${processes.indexOf(worker)}.bin`);
      await worker.request({ do: "outputs", file }, options.timeoutMs);
      const error = relativeError(floatsOf(file), expected);
      if (Number.isFinite(error)) return error;
      throw new Error("its outputs are not numbers, or not as many as expected");
    };
    for (const runtime of runtimes) {
      for (const variant of runtime.variants) {
        if (network.multiplyAdds >= (variant.below ?? Number.POSITIVE_INFINITY)) continue;
        try {
          await convertNetwork(network, runtime);
          const worker = new PeerProcess(variant.command, variant.environment(threads));
          processes.push(worker);
          const load = { do: "load", folder: network.folder, threads };
          const loaded = await worker.request<LoadAnswer>(load, options.timeoutMs);
          const error = await errorOf(worker);
          contestants.push({ runtime, worker, loaded, error, ms: Number.POSITIVE_INFINITY });
        } catch (error) {
          failures.set(runtime, error instanceof Error ? error.message : String(error));
        }
      }
    }
    options.step();
    const drop = (contestant: Contestant, error: unknown): void => {
      failures.set(contestant.runtime, error instanceof Error ? error.message : String(error));
      contestants.splice(contestants.indexOf(contestant), 1);
    };
    const turn = {
      do: "run",
      seconds: options.turnSeconds ?? defaultTurnSeconds,
      runs: leastRunsOfTurn,
    };
    const used = (): number => processes.reduce((sum, one) => sum + one.cpuSeconds, 0);
    const usedBefore = used();
    const load = new MachineLoad();
    for (let round = 0; round < options.rounds; round++) {
      // Another one begins in every round, so that nobody always follows the same neighbour's spinning.
      const at = round % Math.max(1, contestants.length);
      for (const contestant of [...contestants.slice(at), ...contestants.slice(0, at)]) {
        try {
          const { ms } = await contestant.worker.request<RunAnswer>(turn, options.timeoutMs);
          contestant.ms = Math.min(contestant.ms, ms);
        } catch (error) {
          drop(contestant, error);
        }
        if (threads > 1) await new Promise((resolve) => setTimeout(resolve, pauseMs));
      }
      options.step();
    }
    const otherProcessors = load.others(used() - usedBefore);
    for (const contestant of [...contestants]) {
      try {
        // Once more: a runtime may be right in its first run only.
        contestant.error = Math.max(contestant.error, await errorOf(contestant.worker));
      } catch (error) {
        drop(contestant, error);
      }
    }
    return {
      measurements: runtimes.map((runtime) =>
        summarise(network, threads, runtime, contestants, failures.get(runtime)),
      ),
      otherProcessors,
      warnings: [...failures]
        .filter(([runtime]) => contestants.some((contestant) => contestant.runtime === runtime))
        .map(([{ name }, failure]) => `one way of running ${name} failed: ${failure}`),
    };
  } finally {
    for (const process of processes) process.stop();
  }
}

/** Of a runtime's variants, the fastest accurate one. */
function summarise(
  network: StoredNetwork,
  threads: number,
  runtime: Runtime,
  contestants: readonly Contestant[],
  failure: string | undefined,
): Measurement {
  const identity = { runtime: runtime.name, network: network.name, threads };
  const [best] = contestants
    .filter((contestant) => contestant.runtime === runtime)
    .sort(
      (a, b) => Number(a.error >= largestError) - Number(b.error >= largestError) || a.ms - b.ms,
    );
  if (best === undefined) return { ...identity, failure: failure ?? "not measured" };
  const { before, after } = best.loaded.memory;
  return {
    ...identity,
    ms: best.ms,
    error: best.error,
    loadMs: best.loaded.load_ms,
    firstMs: best.loaded.first_ms,
    ...(before &&
      after && {
        residentBytes: after.now,
        temporaryBytes: after.now - before.now - network.weightBytes,
      }),
  };
}

function floatsOf(file: string): Float32Array {
  return new Float32Array(new Uint8Array(readFileSync(file)).buffer);
}

/** Infinity for outputs of another size or that are not numbers. */
function relativeError(outputs: Float32Array, expected: Float32Array): number {
  if (outputs.length !== expected.length) return Number.POSITIVE_INFINITY;
  let largest = 0;
  let top = 0;
  for (const [i, value] of expected.entries()) {
    const difference = Math.abs((outputs[i] as number) - value);
    largest = Number.isNaN(difference) ? Number.POSITIVE_INFINITY : Math.max(largest, difference);
    top = Math.max(top, Math.abs(value));
  }
  return largest / top;
}
