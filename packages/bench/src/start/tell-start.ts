/** What the programs that measure a start have in common: they print one line when they have an output. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { NetworkFacts } from "../networks/network-cache.js";
import { residentMemory } from "../peers/resident-memory.js";

/** What such a program prints. */
export interface StartAnswer {
  /** From files to what can run. */
  readonly createMs: number;
  readonly residentBytes: number | undefined;
}

export function firstInput(folder: string): {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: Float32Array;
} {
  const facts = JSON.parse(readFileSync(join(folder, "network.json"), "utf8")) as NetworkFacts;
  const bytes = new Uint8Array(readFileSync(join(folder, "input.bin")));
  return { ...facts.input, data: new Float32Array(bytes.buffer) };
}

/** @param values how many numbers the first output has */
export function tellStart(createMs: number, values: number): void {
  if (values === 0) throw new Error("there is no output");
  const answer: StartAnswer = { createMs, residentBytes: residentMemory()?.now };
  console.log(JSON.stringify(answer));
}
