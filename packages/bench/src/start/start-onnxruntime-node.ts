/** The same with onnxruntime-node: `node start-onnxruntime-node.js FOLDER PACKAGES`. */

import { join } from "node:path";
import { loadOnnxruntime } from "../peers/onnxruntime-node.js";
import { firstInput, tellStart } from "./tell-start.js";

const [, , folder = "", packages = ""] = process.argv;
const { name, shape, data } = firstInput(folder);
const runtime = loadOnnxruntime(packages);
const begin = performance.now();
const session = await runtime.InferenceSession.create(join(folder, "network.onnx"), {
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
  logSeverityLevel: 3,
});
const createMs = performance.now() - begin;
const results = await session.run({ [name]: new runtime.Tensor("float32", data, shape) });
tellStart(createMs, Object.values(results)[0]?.data.length ?? 0);
