/**
 * A worker that computes nothing: `node fake-peer.mjs MODE`. It is right because it knows the expected
 * outputs; or it is wrong, drifts (right only at first), crashes, hangs, answers garbage, or says that it
 * cannot.
 */

import { appendFileSync, copyFileSync, readFileSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";

const [, , mode = "right", pids] = process.argv;
if (pids !== undefined) appendFileSync(pids, `${process.pid}\n`);

/** @param {unknown} answer */
const say = (answer) => writeSync(3, `${JSON.stringify(answer)}\n`);
let folder = "";
let asked = 0;
const memory = { before: { now: 10e6, peak: 10e6 }, after: { now: 15e6, peak: 20e6 } };

for await (const line of createInterface({ input: process.stdin })) {
  const request = JSON.parse(line);
  if (request.do === "load") {
    folder = request.folder;
    if (mode === "refuses") say({ error: "this network has an operator that nobody knows" });
    else say({ load_ms: 12, first_ms: 3, memory });
  } else if (request.do === "outputs") {
    const expected = join(folder, "expected.bin");
    asked++;
    if (mode === "wrong" || mode === "short" || (mode === "drifts" && asked > 1)) {
      const bytes = new Uint8Array(readFileSync(expected));
      const values = new Float32Array(bytes.buffer).map((value) => value * 1.01);
      writeFileSync(request.file, mode === "short" ? values.subarray(1) : values);
    } else copyFileSync(expected, request.file);
    say({});
  } else if (mode === "crashes") {
    process.stderr.write("out of cheese\n");
    process.exit(7);
  } else if (mode === "garbage") {
    writeSync(3, "42 ms\n");
  } else if (mode !== "hangs") {
    say({ ms: 0.25, runs: 3 });
  }
}
