/** Worker: libpredict through its C functions, called from TypeScript. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { loadLibrary, type PredictorHandle } from "@libpredict/ffi";
import { serveNetwork } from "./serve-network.js";

await serveNetwork(() => {
  const library = loadLibrary();
  let predictor: PredictorHandle;
  let results: Float32Array[] = [];
  return {
    // How many threads: LIBPREDICT_NUM_THREADS, which the parent sets.
    load: (folder, facts, _threads, input) => {
      const { name, shape } = facts.input;
      const params = readFileSync(join(folder, "weights.params"));
      predictor = library.MXPredCreate(
        readFileSync(join(folder, "symbol.json"), "utf8"),
        params,
        params.length,
        1,
        0,
        1,
        [name],
        Uint32Array.of(0, shape.length),
        Uint32Array.from(shape),
      );
      library.MXPredSetInput(predictor, name, input, input.length);
      results = facts.outputs.map(
        (output) => new Float32Array(output.shape.reduce((product, size) => product * size, 1)),
      );
    },
    forward: () => {
      library.MXPredForward(predictor);
      for (const [i, result] of results.entries()) {
        library.MXPredGetOutput(predictor, i, result, result.length);
      }
    },
    outputs: () => results,
  };
});
