/** The digit network of `examples/models/digits`, which the server serves unless told otherwise. */
import { fileURLToPath } from "node:url";
import type { PreprocessOptions } from "@libpredict/core";

/** What `Model.load` takes. */
export const digitsPrefix: string = fileURLToPath(
  new URL("../../models/digits/digits", import.meta.url),
);

/** For a dark digit that fills a light picture: 8 x 8 pixels, 0 for white paper to 1 for black ink. */
export const digitsRecipe: PreprocessOptions = {
  size: { width: 8, height: 8 },
  resize: "pad",
  padValue: 255,
  interpolation: "area",
  background: [255, 255, 255],
  channelOrder: "gray",
  // y = (x * scale - mean) / std = 1 - x / 255
  scale: -1 / 255,
  mean: -1,
};
