/** As `programs/call_overhead.c`, through `@libpredict/ffi`. */

import { readFileSync } from "node:fs";
import { loadLibrary } from "@libpredict/ffi";

const [symbolPath = "", paramsPath = "", path = "", ...dims] = process.argv.slice(2);
const batches = 7;
const calls = 20_000;

const shape = dims.length === 0 ? [1] : dims.map(Number);
const size = shape.reduce((product, dim) => product * dim, 1);

const library = loadLibrary({ path });
const params = readFileSync(paramsPath);
const predictor = library.MXPredCreate(
  readFileSync(symbolPath, "utf8"),
  params,
  params.length,
  1,
  0,
  1,
  ["data"],
  Uint32Array.of(0, shape.length),
  Uint32Array.from(shape),
);
const value = new Float32Array(size);

function roundTrip(): void {
  value.fill(1.5);
  library.MXPredSetInput(predictor, "data", value, size);
  library.MXPredForward(predictor);
  library.MXPredGetOutput(predictor, 0, value, size);
  if (dims.length === 0 && value[0] !== 1.5) {
    throw new Error(`relu(1.5) is ${value[0]}`);
  }
}

/** The least mean of the batches, in nanoseconds; the first batch only warms up. */
function measure(call: () => void): number {
  let least = Number.POSITIVE_INFINITY;
  for (let batch = -1; batch < batches; batch++) {
    const begin = process.hrtime.bigint();
    for (let i = 0; i < calls; i++) {
      call();
    }
    const mean = Number(process.hrtime.bigint() - begin) / calls;
    least = batch >= 0 ? Math.min(least, mean) : least;
  }
  return least;
}

const forward_ns = measure(() => library.MXPredForward(predictor));
console.log(JSON.stringify({ forward_ns, round_trip_ns: measure(roundTrip) }));
library.MXPredFree(predictor);
