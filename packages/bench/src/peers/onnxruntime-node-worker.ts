/** Worker: onnxruntime-node, from the folder that is the first argument. */

import { join } from "node:path";
import { loadOnnxruntime, type OnnxSession } from "./onnxruntime-node.js";
import { serveNetwork } from "./serve-network.js";

const [, , folderOfPackages = ""] = process.argv;

await serveNetwork(() => {
  const runtime = loadOnnxruntime(folderOfPackages);
  let session: OnnxSession;
  let feeds: Record<string, object> = {};
  let names: readonly string[] = [];
  let results: Record<string, { readonly data: Float32Array }> = {};
  return {
    load: async (folder, facts, threads, input) => {
      session = await runtime.InferenceSession.create(join(folder, "network.onnx"), {
        intraOpNumThreads: threads,
        interOpNumThreads: 1,
        logSeverityLevel: 3,
      });
      feeds = { [facts.input.name]: new runtime.Tensor("float32", input, facts.input.shape) };
      names = facts.outputs.map(({ name }) => name);
    },
    forward: async () => {
      results = await session.run(feeds);
    },
    outputs: () => names.map((name) => results[name]?.data ?? new Float32Array()),
  };
});
