/** The part of onnxruntime-node's API that is used; the package is none of ours, see install-peers.ts. */

import { createRequire } from "node:module";
import { join } from "node:path";

export interface Onnxruntime {
  readonly Tensor: new (type: "float32", data: Float32Array, shape: readonly number[]) => object;
  readonly InferenceSession: {
    create(
      path: string,
      options: {
        readonly intraOpNumThreads: number;
        readonly interOpNumThreads: number;
        readonly logSeverityLevel: number;
      },
    ): Promise<OnnxSession>;
  };
}

export interface OnnxSession {
  run(feeds: Record<string, object>): Promise<Record<string, { readonly data: Float32Array }>>;
}

/** @param folder where it is installed */
export function loadOnnxruntime(folder: string): Onnxruntime {
  return createRequire(join(folder, "package.json"))("onnxruntime-node") as Onnxruntime;
}
