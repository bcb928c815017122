// An ES module: takes the package with import, runs a model, prints what came out.
import { fileURLToPath } from "node:url";
import { Model, Tensor } from "@libpredict/core";
import * as node from "@libpredict/core/node";

const prefix = fileURLToPath(new URL("../../../examples/models/digits/digits", import.meta.url));
const model = await Model.load(prefix);
const predictor = model.createPredictor({ inputs: { data: [1, 1, 8, 8] } });
const { softmax } = await predictor.run({ data: new Float32Array(64) });
console.log(softmax.shape, softmax instanceof Tensor);
console.log(node.Tensor === Tensor);
predictor.dispose();
model.dispose();
