/** Runs in the browser's page: what `browser-worker.ts` calls there. */

import type { NetworkFacts } from "../networks/network-cache.js";
import { bytesOf, type PageRuntime, pageRuntimes } from "./page-runtimes.js";

let runtime: PageRuntime;

/** Milliseconds from the first fetch of the network to what can run, and of the first forward. */
export async function load(name: string): Promise<{ load_ms: number; first_ms: number }> {
  const start = pageRuntimes[name];
  if (start === undefined) throw new Error(`no runtime "${name}"`);
  runtime = start();
  const facts = JSON.parse(
    new TextDecoder().decode(await bytesOf("/network/network.json")),
  ) as NetworkFacts;
  const input = new Float32Array((await bytesOf("/network/input.bin")).buffer);
  const begin = performance.now();
  await runtime.load(facts, input, "/network");
  const loaded = performance.now();
  await runtime.forward();
  return { load_ms: loaded - begin, first_ms: performance.now() - loaded };
}

/** The clock has steps of 5 microseconds: what is timed at once takes a hundred of them. */
const leastTimedMs = 0.5;

/**
 * The least time of at least `runs` forwards that take at least `seconds` together; of forwards
 * that are quicker than the clock, the mean of several that follow each other.
 */
export async function run(seconds: number, runs: number): Promise<{ ms: number; runs: number }> {
  const end = performance.now() + seconds * 1000;
  let least = Number.POSITIVE_INFINITY;
  let done = 0;
  let together = 1;
  for (let begin = 0; done < runs || begin < end; done += together) {
    begin = performance.now();
    for (let i = 0; i < together; i++) {
      const running = runtime.forward();
      if (running !== undefined) await running;
    }
    const taken = performance.now() - begin;
    if (taken < leastTimedMs) together *= 2;
    else least = Math.min(least, taken / together);
  }
  return { ms: least, runs: done };
}

/** All outputs of the last run, one behind the other. */
export function outputs(): number[] {
  return runtime.outputs().flatMap((output) => Array.from(output));
}
