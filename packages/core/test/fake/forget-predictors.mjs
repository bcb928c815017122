// Run with --expose-gc: makes predictors, forgets them, and counts those that the backstop
// releases. argv: the Node entry; stdin: the model.
import { readFileSync } from "node:fs";

const { ffiBackend, Model } = await import(process.argv[2]);
const { symbol, params } = JSON.parse(readFileSync(0, "utf8"));
const native = ffiBackend();
let released = 0;
const backend = {
  name: "counting",
  async createModel(source) {
    const inner = await native.createModel(source);
    const createPredictor = (options) => {
      const predictor = inner.createPredictor(options);
      const dispose = predictor.dispose.bind(predictor);
      predictor.dispose = () => {
        released++;
        dispose();
      };
      return predictor;
    };
    return { inputs: inner.inputs, outputs: inner.outputs, createPredictor, dispose() {} };
  },
};
const model = await Model.load({ symbol, params: Buffer.from(params, "base64") }, { backend });
const forgotten = 200;
for (let i = 0; i < forgotten; i++) {
  const predictor = model.createPredictor({ inputs: { data: [1, 3] } });
  await predictor.run({ data: new Float32Array(3) });
}
for (let i = 0; i < 20; i++) {
  globalThis.gc();
  await new Promise((resolve) => setTimeout(resolve, 5));
}
console.log(JSON.stringify({ forgotten, released }));
