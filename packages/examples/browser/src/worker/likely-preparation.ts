/** How the pictures for a network were most likely prepared when it was trained. */
import { type PreprocessOptions, presetForSize, presets } from "@libpredict/wasm";
import type { Preparation } from "../protocol.js";
import type { ImageShape, SymbolNodes } from "./input-candidates.js";

/**
 * Takes the recipe of the family that the names of layers give away. It is a guess: only who
 * trained a network knows.
 */
export function likelyPreparation(
  symbol: SymbolNodes,
  [channels, height, width]: ImageShape,
): Preparation {
  const names = symbol.nodes?.map(({ name = "" }) => name) ?? [];
  const isGluon = names.some((name) => name.endsWith("_fwd"));
  const isInception3 = height === 299;
  if (channels === 1) return asPreparation(presets.gray, width, height);
  if (isGluon)
    return asPreparation(presets[isInception3 ? "gluon-inception-v3" : "gluon"], width, height);
  if (names.includes("bn_data")) return asPreparation(presets.raw, width, height);
  return asPreparation(presets[isInception3 ? "inception-v3" : "imagenet-rgb-mean"], width, height);
}

/** A recipe as the page's settings state it. */
function asPreparation(recipe: PreprocessOptions, width: number, height: number): Preparation {
  const { channelOrder = "rgb", resize = "stretch", scale = 1, mean = 0, std = 1 } = recipe;
  return {
    width,
    height,
    colours: channelOrder,
    fit: resize as Preparation["fit"],
    scale,
    mean: listOf(mean as number | readonly number[]),
    deviation: listOf(std),
    // Drawings and papers are dark on light; networks for digits and letters know the opposite.
    invert: channelOrder === "gray",
    lean: false,
  };
}

function listOf(value: number | readonly number[]): readonly number[] {
  return typeof value === "number" ? [value] : value;
}

/** The library's options for a preparation. */
export function recipeOf(preparation: Preparation): PreprocessOptions {
  const { width, height, colours, fit, scale, mean, deviation } = preparation;
  const size = { width, height };
  const only = (list: readonly number[]): number | readonly number[] =>
    list.length === 1 ? (list[0] as number) : list;
  return {
    ...presetForSize({ size: { width: 224, height: 224 }, shortSide: 256 }, size),
    resize: fit,
    interpolation: colours === "gray" ? "area" : "bilinear",
    background: [255, 255, 255],
    channelOrder: colours,
    scale,
    mean: only(mean),
    std: only(deviation),
  };
}
