/** Reads the modules of this package from its folder. */
import { readFile } from "node:fs/promises";
import { PredictError } from "@libpredict/core/portable";
import { notLoaded } from "./module-source.js";
import type { OwnModule } from "./wasm-backend.js";

export const ownModule: OwnModule = async (name, signal) => {
  let place = `${name}.wasm`;
  try {
    // Written out, each at its place: that is how bundlers find the files.
    const url =
      name === "predict"
        ? new URL("./predict.wasm", import.meta.url)
        : new URL("./predict-relaxed.wasm", import.meta.url);
    place = url.href;
    return await readFile(url, signal ? { signal } : {});
  } catch (cause) {
    if (signal?.aborted)
      throw new PredictError("aborted", "the load was aborted", { cause: signal.reason });
    throw notLoaded(place, (cause as Error).message, cause);
  }
};
