/** Which preprocessing images get: a preset of core's by name, or a recipe from a JSON file. */
import { readFile } from "node:fs/promises";
import {
  type PreprocessOptions,
  type PresetName,
  presetForSize,
  presets,
  type Tensor,
} from "@libpredict/core";
import { CommandError, UsageError } from "../command-errors.js";
import { presetList } from "./preset-list.js";
import { readOneArray } from "./read-arrays.js";

const optionNames: Readonly<Record<keyof PreprocessOptions, true>> = {
  size: true,
  resize: true,
  shortSide: true,
  interpolation: true,
  padValue: true,
  background: true,
  channelOrder: true,
  scale: true,
  mean: true,
  meanImage: true,
  std: true,
  layout: true,
  dtype: true,
};

/** What says how images are prepared. */
export interface RecipeOptions {
  /** `--preset`. */
  readonly preset?: string;
  /** `--mean-image`. */
  readonly meanImage?: string;
  /** The shape that `--input` states for the image. */
  readonly shape?: readonly number[];
}

/**
 * Finds the recipe.
 *
 * @throws {@link UsageError} no preset, or an unknown one; a shape that is not one of images
 * @throws {@link CommandError} `preset`: the JSON file is no recipe; `file`: it cannot be read
 */
export async function imageRecipe(options: RecipeOptions): Promise<PreprocessOptions> {
  const { preset, meanImage, shape } = options;
  if (preset === undefined)
    throw new UsageError(
      "images need --preset: how they are resized and scaled depends on how the network was trained",
      `${presetList()}\nor --preset FILE.json with a recipe; see libpredict predict --help.`,
    );
  const recipe = preset.endsWith(".json") ? await readRecipe(preset) : namedPreset(preset);
  const withMean = meanImage === undefined ? recipe : { ...recipe, mean: "image" as const };
  const sized = shape === undefined ? withMean : forShape(withMean, shape);
  if (sized.mean !== "image" || sized.meanImage) return sized;
  if (meanImage === undefined)
    throw new UsageError(`preset ${preset} needs --mean-image FILE, such as mean_224.nd`);
  return { ...sized, meanImage: withoutBatch(await readOneArray(meanImage)) };
}

function namedPreset(name: string): PreprocessOptions {
  if (Object.hasOwn(presets, name)) return presets[name as PresetName];
  throw new UsageError(`there is no preset "${name}"`, presetList());
}

/** A file such as `{ "preset": "gluon", "size": { "width": 112, "height": 112 } }`. */
async function readRecipe(path: string): Promise<PreprocessOptions> {
  const fail = (problem: string): never => {
    throw new CommandError("preset", `${path}: ${problem}`);
  };
  let recipe: unknown;
  try {
    recipe = JSON.parse(await readFile(path, "utf8"));
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return fail(code === "ENOENT" ? "no such file" : message);
  }
  if (typeof recipe !== "object" || recipe === null || Array.isArray(recipe))
    return fail("a recipe is an object of preprocessing options");
  const { preset, ...own } = recipe as Record<string, unknown>;
  for (const name of Object.keys(own))
    if (!Object.hasOwn(optionNames, name))
      fail(
        `there is no option "${name}"; the options are preset, ${Object.keys(optionNames).join(", ")}`,
      );
  if (own["meanImage"] !== undefined) fail("give the mean image by --mean-image");
  if (preset !== undefined && typeof preset !== "string") fail("preset must be a name");
  const base = preset === undefined ? {} : namedPreset(preset as string);
  const { size } = { ...base, ...own } as { size?: PreprocessOptions["size"] };
  if (size === undefined) return fail('it needs "size": { "width": …, "height": … }');
  return { ...base, ...own, size };
}

/** The recipe at the size that the shape of the input states. */
function forShape(recipe: PreprocessOptions, shape: readonly number[]): PreprocessOptions {
  const last = recipe.layout === "NHWC";
  const [, a = 0, b = 0, c = 0] = shape;
  const [channels, height, width] = last ? [c, a, b] : [a, b, c];
  const expected = recipe.channelOrder === "gray" ? 1 : 3;
  if (shape.length !== 4 || channels !== expected)
    throw new UsageError(
      `images of this preset have ${expected} channel${expected === 1 ? "" : "s"}: their shape is ${last ? `N,H,W,${expected}` : `N,${expected},H,W`}, not ${shape.join(",")}`,
    );
  return presetForSize(recipe, { width, height });
}

function withoutBatch(tensor: Tensor): Tensor {
  return tensor.shape.length === 4 && tensor.shape[0] === 1 ? tensor.row(0) : tensor;
}
