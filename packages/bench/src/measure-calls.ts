/**
 * `npm run bench -- calls`: what a call costs from each language, for a network of one number, in turns.
 * Prints the least of all rounds, since a shared machine can only add to a time.
 */

import { writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { loadLibrary } from "@libpredict/ffi";
import { UsageError, wholeNumber } from "./arguments.js";
import { callPrograms } from "./call-programs.js";
import { runChild } from "./peers/child-processes.js";
import { makeScratchFolder } from "./scratch-folder.js";

const defaultRounds = 5;
const timeoutMs = 20 * 60_000;

export const callsUsage = `usage: npm run bench -- calls [ROUNDS] [--json FILE]

Measures a call of the library from every language whose toolchain is here: MXPredForward of a
network of one number, and MXPredSetInput, MXPredForward and MXPredGetOutput together. The
programs run in turns, ROUNDS times (default ${defaultRounds}); shown is the least time of each.
`;

/** relu of one number, and a parameter file without arrays. */
const symbol = JSON.stringify({
  nodes: [
    { op: "null", name: "data", inputs: [] },
    { op: "Activation", name: "act", attrs: { act_type: "relu" }, inputs: [[0, 0, 0]] },
  ],
  arg_nodes: [0],
  heads: [[1, 0, 0]],
});
const noParams = Buffer.from(BigUint64Array.of(0x112n, 0n, 0n, 0n).buffer);

interface Times {
  forward_ns: number;
  round_trip_ns: number;
}

async function measureCalls(rounds: number, json: string | undefined): Promise<void> {
  using scratch = makeScratchFolder();
  const folder = scratch.path;
  const files = [join(folder, "one-symbol.json"), join(folder, "one-0000.params")];
  writeFileSync(files[0] ?? "", symbol);
  writeFileSync(files[1] ?? "", noParams);
  const library = loadLibrary().path;
  const least = new Map<string, Times>();
  const programs = await callPrograms(folder);
  for (let round = 0; round < rounds; round++) {
    for (const { language, ready } of programs) {
      if ("missing" in ready) {
        if (round === 0) console.log(`skipped: ${language}: ${ready.missing}`);
        continue;
      }
      const command = [...ready.command, ...files, library];
      const { code, stdout, stderr } = await runChild(command, { timeoutMs });
      if (code !== 0) {
        throw new Error(`${language}: ${command.join(" ")} ended with ${code}:\n${stderr}`);
      }
      const times = JSON.parse(stdout.trim().split("\n").at(-1) ?? "") as Times;
      const before = least.get(language) ?? times;
      least.set(language, {
        forward_ns: Math.min(before.forward_ns, times.forward_ns),
        round_trip_ns: Math.min(before.round_trip_ns, times.round_trip_ns),
      });
    }
  }
  print(least);
  if (json !== undefined) {
    const path = resolve(process.env["INIT_CWD"] ?? ".", json);
    writeFileSync(path, `${JSON.stringify(Object.fromEntries(least), undefined, 2)}\n`);
  }
}

function print(times: ReadonlyMap<string, Times>): void {
  const c = times.get("C");
  const cell = (text: string): string => text.padStart(14);
  console.log(
    "language".padEnd(12) + ["forward", "over C", "round trip", "over C"].map(cell).join(""),
  );
  for (const [language, { forward_ns, round_trip_ns }] of times) {
    const over = (ns: number, base: number | undefined): string =>
      base === undefined ? "" : `${(ns - base).toFixed(0)} ns`;
    console.log(
      language.padEnd(12) +
        [
          `${forward_ns.toFixed(0)} ns`,
          over(forward_ns, c?.forward_ns),
          `${round_trip_ns.toFixed(0)} ns`,
          over(round_trip_ns, c?.round_trip_ns),
        ]
          .map(cell)
          .join(""),
    );
  }
}

export async function callsCommand(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { json: { type: "string" } },
  });
  if (positionals.length > 1)
    throw new UsageError(`one number of ROUNDS, not ${positionals.join(" ")}`);
  const rounds = wholeNumber("ROUNDS", positionals[0] ?? String(defaultRounds));
  await measureCalls(rounds, values.json);
  return 0;
}
