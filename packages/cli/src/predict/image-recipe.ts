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
import { colors } from "../terminal.js";
import { textTable } from "../text-table.js";
import { readOneArray } from "./read-arrays.js";

/** For which models each preset is; one line each. */
const presetLines: Readonly<Record<PresetName, string>> = {
  gluon: "Gluon model zoo: RGB, 0..1, ImageNet mean and std, 224×224",
  "gluon-inception-v3": "the same at 299×299",
  "imagenet-2015": "Inception and others of 2015: RGB, minus 117, 224×224",
  "imagenet-2015-mean-image": "Inception-BN of 2015: RGB, minus --mean-image, 224×224",
  "imagenet-rgb-mean": "train_imagenet, VGG, Inception-BN of 2016: RGB, minus mean colour, 224×224",
  "inception-v3": "Inception v3 of the model gallery: RGB, (x - 128) / 128, 299×299",
  caffe: "converted from Caffe: BGR, minus mean colour, 224×224",
  raw: "ResNet, ResNeXt of the model gallery: RGB, 0..255, 224×224",
  gray: "small networks on drawn digits: one channel, 0..1, 28×28",
};

/** The presets, one line each, for help and errors. */
export function presetList(): string {
  const rows = Object.entries(presetLines).map(([name, line]) => [colors.cyan(name), line]);
  return textTable([{ title: "" }, { title: "" }], rows)
    .map((line) => `  ${line}`)
    .join("\n");
}

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
      `Presets:\n${presetList()}\nor --preset FILE.json with a recipe; see libpredict predict --help.`,
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
  throw new UsageError(`there is no preset "${name}"`, `Presets:\n${presetList()}`);
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
