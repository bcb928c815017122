/** What the workers in Node have in common; peer-process.ts tells the protocol, peers/peer_worker.py does the same. */

import { readFileSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { NetworkFacts } from "../networks/network-cache.js";
import type { LoadAnswer, RunAnswer } from "./peer-process.js";
import { residentMemory } from "./resident-memory.js";

export interface NodeRuntime {
  /** Loads the network and sets its input. */
  load(
    folder: string,
    facts: NetworkFacts,
    threads: number,
    input: Float32Array,
  ): Promise<void> | void;
  /** Runs once and makes the outputs readable. */
  forward(): Promise<void> | void;
  /** In the network's order. */
  outputs(): readonly Float32Array[];
}

interface Request {
  readonly do: "load" | "run" | "outputs";
  readonly folder: string;
  readonly threads: number;
  readonly seconds: number;
  readonly runs: number;
  readonly file: string;
}

const answersDescriptor = 3;

export async function serveNetwork(start: () => NodeRuntime): Promise<void> {
  const say = (answer: object): void => {
    writeSync(answersDescriptor, `${JSON.stringify(answer)}\n`);
  };
  const words = (error: unknown): string =>
    error instanceof Error ? error.message : String(error);
  let runtime: NodeRuntime;
  try {
    runtime = start();
  } catch (error) {
    say({ error: words(error) });
    return;
  }
  for await (const line of createInterface({ input: process.stdin })) {
    const request = JSON.parse(line) as Request;
    try {
      say(await answer(runtime, request));
    } catch (error) {
      say({ error: words(error) });
    }
  }
}

function answer(runtime: NodeRuntime, request: Request): Promise<object> | object {
  switch (request.do) {
    case "load":
      return load(runtime, request);
    case "run":
      return run(runtime, request);
    case "outputs":
      writeFileSync(request.file, Buffer.concat(runtime.outputs().map(bytesOf)));
      return {};
  }
}

const bytesOf = ({ buffer, byteOffset, byteLength }: Float32Array): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);

async function load(runtime: NodeRuntime, { folder, threads }: Request): Promise<LoadAnswer> {
  const facts = JSON.parse(readFileSync(join(folder, "network.json"), "utf8")) as NetworkFacts;
  const bytes = readFileSync(join(folder, "input.bin"));
  const input = new Float32Array(new Uint8Array(bytes).buffer);
  const before = residentMemory();
  const begin = performance.now();
  await runtime.load(folder, facts, threads, input);
  const loaded = performance.now();
  await runtime.forward();
  const first = performance.now();
  globalThis.gc?.();
  return {
    load_ms: loaded - begin,
    first_ms: first - loaded,
    memory: { before, after: residentMemory() },
  };
}

async function run(runtime: NodeRuntime, request: Request): Promise<RunAnswer> {
  const end = performance.now() + request.seconds * 1000;
  let least = Number.POSITIVE_INFINITY;
  let runs = 0;
  for (let begin = 0; runs < request.runs || begin < end; runs++) {
    begin = performance.now();
    const running = runtime.forward();
    if (running !== undefined) await running; // a runtime that is not asynchronous waits for no turn
    least = Math.min(least, performance.now() - begin);
  }
  return { ms: least, runs };
}
