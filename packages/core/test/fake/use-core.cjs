// A CommonJS program: takes the package with require, runs a model, prints what came out.
const { join } = require("node:path");
const core = require("@libpredict/core");
const { ffiBackend } = require("@libpredict/core/node");

async function main() {
  const model = await core.Model.load(join(__dirname, "../../../examples/models/digits/digits"), {
    backend: ffiBackend(),
  });
  const predictor = model.createPredictor({ inputs: { data: [1, 1, 8, 8] } });
  const { softmax } = await predictor.run({ data: new Float32Array(64) });
  console.log(softmax.shape, softmax instanceof core.Tensor);
  // One instance of the package, whichever way it is taken.
  console.log((await import("@libpredict/core")).Tensor === core.Tensor);
  predictor.dispose();
  model.dispose();
}
main();
