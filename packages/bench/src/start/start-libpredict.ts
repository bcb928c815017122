/** From nothing to the first output with libpredict: `node start-libpredict.js FOLDER`, one thread. */

import { join } from "node:path";
import { Model } from "@libpredict/core";
import { firstInput, tellStart } from "./tell-start.js";

const [, , folder = ""] = process.argv;
const { name, shape, data } = firstInput(folder);
const begin = performance.now();
const symbolFile = join(folder, "symbol.json");
const model = await Model.load({ symbolFile, paramsFile: join(folder, "weights.params") });
const predictor = model.createPredictor({ inputs: { [name]: shape }, threads: 1 });
const createMs = performance.now() - begin;
const [output] = Object.values(predictor.runSync({ [name]: data }));
tellStart(createMs, output?.data.length ?? 0);
