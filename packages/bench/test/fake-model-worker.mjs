/** A worker that computes nothing: `node fake-model-worker.mjs MS... GROWTH [TEMPORARY]`, or `fails`. */

import { writeSync } from "node:fs";
import { createInterface } from "node:readline";

const [first, second, growth, temporary] = process.argv.slice(2);
/** @param {unknown} answer */
const say = (answer) => writeSync(3, `${JSON.stringify(answer)}\n`);
let turns = 0;

for await (const line of createInterface({ input: process.stdin })) {
  if (first === "fails") say({ error: "no such operator" });
  else if (JSON.parse(line).do === "load") {
    const temporary_bytes = temporary === undefined ? null : Number(temporary);
    say({ growth_bytes: Number(growth), temporary_bytes });
  } else say({ ms: Number(turns++ % 2 === 0 ? first : second), runs: 2 });
}
