/** Where a page finds the modules of this package. */
import { notLoaded } from "./module-source.js";
import type { OwnModule } from "./wasm-backend.js";

// Written out, each at its place: that is how bundlers find the files.
export const ownModule: OwnModule = async (name) => {
  try {
    return name === "predict"
      ? new URL("./predict.wasm", import.meta.url)
      : new URL("./predict-relaxed.wasm", import.meta.url);
  } catch (cause) {
    throw notLoaded(
      `${name}.wasm`,
      "the bundler left no import.meta.url, which tells where this code is: give the option module",
      cause,
    );
  }
};
