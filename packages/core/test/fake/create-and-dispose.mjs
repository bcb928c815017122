// Makes, runs, reshapes and disposes predictors and models over and over; prints how much the
// resident memory grew after a warm-up, V8's heap taken apart: that grows to its limits by itself. argv: the Node entry; stdin: the model.
import { readFileSync } from "node:fs";

const { Model, Tensor } = await import(process.argv[2]);
const { symbol, params } = JSON.parse(readFileSync(0, "utf8"));
const source = { symbol, params: Buffer.from(params, "base64") };

const rows = 256;
const batch = new Float32Array(rows * 3);

async function cycle() {
  const model = await Model.load(source);
  const predictor = model.createPredictor({ inputs: { data: [rows, 3] } });
  predictor.runSync({ data: batch });
  await predictor.run({ data: new Tensor(batch.subarray(3), [rows - 1, 3]) });
  await predictor.run({ data: new Float64Array(3) }).catch(() => {});
  predictor.dispose();
  model.dispose();
}

async function residentAfter(cycles) {
  for (let i = 0; i < cycles; i++) await cycle();
  globalThis.gc();
  const { rss, heapTotal, heapUsed } = process.memoryUsage();
  return rss - heapTotal + heapUsed;
}

const before = await residentAfter(1000);
const after = await residentAfter(10_000);
console.log(JSON.stringify({ grownBytes: after - before }));
