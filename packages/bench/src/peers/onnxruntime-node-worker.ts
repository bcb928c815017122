/** Worker: onnxruntime-node, from the folder that is the first argument. */

import { createRequire } from "node:module";
import { join } from "node:path";
import { serveNetwork } from "./serve-network.js";

/** The part of its API that is used; the package is not one of ours, see install-peers.ts. */
interface Onnxruntime {
  readonly Tensor: new (type: "float32", data: Float32Array, shape: readonly number[]) => object;
  readonly InferenceSession: {
    create(
      path: string,
      options: {
        readonly intraOpNumThreads: number;
        readonly interOpNumThreads: number;
        readonly logSeverityLevel: number;
      },
    ): Promise<Session>;
  };
}

interface Session {
  run(feeds: Record<string, object>): Promise<Record<string, { readonly data: Float32Array }>>;
}

const [, , folderOfPackages = ""] = process.argv;

await serveNetwork(() => {
  const runtime = createRequire(join(folderOfPackages, "package.json"))(
    "onnxruntime-node",
  ) as Onnxruntime;
  let session: Session;
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
