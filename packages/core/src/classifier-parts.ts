/** What a classifier consists of, worked out from its options and the model's own description. */
import { throwIfAborted } from "./abort-signal.js";
import type { TensorInfo } from "./backend.js";
import type { MemoryMode } from "./gen/native-constants.js";
import type { ImageSize } from "./image/image.js";
import { checkRecipe, type PreprocessOptions } from "./image/preprocess.js";
import { type PresetName, presetForSize, presets } from "./image/presets.js";
import { type LoadModelOptions, Model } from "./model.js";
import type { ModelInput } from "./model-input.js";
import { outputScale } from "./output-scale.js";
import { platform } from "./platform.js";
import { PredictError, ShapeError } from "./predict-error.js";
import type { PredictorPool } from "./predictor-pool.js";
import { elementCount } from "./tensor-shape.js";
import { checkWholeNumber } from "./whole-number.js";

/** Options of `Classifier.load`. */
export interface ClassifierOptions extends LoadModelOptions {
  /** How images are prepared: the name of a recipe, or a recipe. */
  readonly preset: PresetName | PreprocessOptions;
  /**
   * Names of the classes, in order; in Node also the path or URL of a file with them (see
   * `readLabels`). Without it a class's name is its number.
   */
  readonly labels?: readonly string[] | string | URL;
  /** The input that takes the image; needed if the model has several, or the library cannot tell. */
  readonly input?: string;
  /** The output that has the classes; needed if the model has several. An internal output may be named too. */
  readonly output?: string;
  /** Width and height of the network's input in pixels, if not those of the preset. */
  readonly imageSize?: ImageSize;
  /**
   * Whether scores are the softmax of the output. `"auto"`, the default, looks at the operator
   * that makes the output: none after softmax, SoftmaxOutput or sigmoid, one after fully connected
   * layers, convolutions, log_softmax and the like; where that tells nothing, loading fails and
   * asks for `true` or `false`.
   */
  readonly softmax?: "auto" | boolean;
  /** Images that are classified at the same time, as `size` of `Model.createPool`. */
  readonly size?: number;
  /** Threads that one of them may use, as `threads` of `Model.createPool`. */
  readonly threads?: number;
  /** What to save, as `memory` of `Model.createPool`. */
  readonly memory?: MemoryMode;
  /**
   * Calls of `classify` and `features` that may be under way beyond `size`; one more is refused
   * with code `busy`, before its image is decoded. `Infinity` by default. `classifyAll` keeps
   * itself back and is not counted.
   */
  readonly maxWaiting?: number;
}

/** What a classifier consists of. */
export interface ClassifierParts {
  readonly model: Model;
  /** Whether the classifier loaded the model and so disposes of it. */
  readonly owned: boolean;
  readonly pool: PredictorPool;
  readonly input: TensorInfo;
  readonly recipe: PreprocessOptions;
  readonly labels: readonly string[];
  readonly softmax: boolean;
  readonly threads: number | undefined;
  readonly memory: MemoryMode | undefined;
  readonly maxWaiting: number;
}

/** Loads what a classifier needs; disposes of it all where that fails. Errors: see `Classifier.load`. */
export async function loadParts(
  source: Model | ModelInput,
  options: ClassifierOptions,
): Promise<ClassifierParts> {
  const recipe = recipeOf(options);
  const maxWaiting = options.maxWaiting ?? Number.POSITIVE_INFINITY;
  if (maxWaiting !== Number.POSITIVE_INFINITY) checkWholeNumber("maxWaiting", maxWaiting, 0);
  throwIfAborted(options.signal, "the load was aborted");
  const names = await labelsOf(options);
  const owned = !(source instanceof Model);
  const model = owned ? await Model.load(source, options) : source;
  let pool: PredictorPool | undefined;
  try {
    pool = poolOf(model, recipe, options);
    const classes = classCount(pool);
    if (names && names.length !== classes)
      throw new ShapeError(
        "labels",
        [classes],
        [names.length],
        `the network has ${classes} classes, there are ${names.length} labels`,
      );
    return {
      model,
      owned,
      pool,
      input: pool.inputs[0] as TensorInfo,
      recipe,
      labels: names ?? Array.from({ length: classes }, (_, index) => String(index)),
      softmax: wantsSoftmax(pool, options.softmax ?? "auto"),
      threads: options.threads,
      memory: options.memory,
      maxWaiting,
    };
  } catch (error) {
    pool?.dispose();
    if (owned) model.dispose();
    throw error;
  }
}

function recipeOf(options: ClassifierOptions): PreprocessOptions {
  const { preset, imageSize } = options ?? {};
  const isName = typeof preset === "string" && Object.hasOwn(presets, preset);
  const found = isName ? presets[preset] : preset;
  if (typeof found !== "object" || found === null)
    throw new PredictError(
      "argument",
      `there is no preset "${preset}"; there are ${Object.keys(presets).join(", ")}`,
    );
  const recipe = imageSize ? presetForSize(found, imageSize) : found;
  checkRecipe(recipe);
  return recipe;
}

async function labelsOf({
  labels,
  signal,
}: ClassifierOptions): Promise<readonly string[] | undefined> {
  if (typeof labels === "string" || labels instanceof URL)
    return platform().readLabels(labels, { signal });
  if (labels === undefined) return undefined;
  if (!Array.isArray(labels) || !Array.from(labels).every((label) => typeof label === "string"))
    throw new PredictError("argument", "labels must be an array of strings, or a path or URL");
  return [...labels];
}

function poolOf(
  model: Model,
  recipe: PreprocessOptions,
  { input = onlyInput(model), output, size, threads, memory }: ClassifierOptions,
): PredictorPool {
  if (output === undefined && model.outputs.length !== 1)
    throw new PredictError("name", `${several("outputs", model.outputs)}; choose one with output`);
  const { width, height } = recipe.size;
  const channels = recipe.channelOrder === "gray" ? 1 : 3;
  const shape =
    recipe.layout === "NHWC" ? [1, height, width, channels] : [1, channels, height, width];
  return model.createPool({
    inputs: { [input]: shape },
    ...(recipe.dtype === undefined ? {} : { dtypes: { [input]: recipe.dtype } }),
    ...(output === undefined ? {} : { outputs: [output] }),
    ...(size === undefined ? {} : { size }),
    ...(threads === undefined ? {} : { threads }),
    ...(memory === undefined ? {} : { memory }),
  });
}

function onlyInput(model: Model): string {
  const names = known(() => model.inputs, "input");
  const [name, ...others] = names;
  if (name === undefined || others.length > 0)
    throw new PredictError("name", `${several("inputs", names)}; choose one with input`);
  return name;
}

/** What a library that has the whole header tells. @throws {@link PredictError} `unavailable`: it says which option is needed */
function known<T>(ask: () => T, option: string): T {
  try {
    return ask();
  } catch (error) {
    if (!(error instanceof PredictError) || error.code !== "unavailable") throw error;
    throw new PredictError("unavailable", `${error.message}; pass the option ${option}`, {
      cause: error,
    });
  }
}

function several(what: string, names: readonly string[]): string {
  return `the model has ${names.length} ${what} (${names.join(", ")})`;
}

/** Number of classes. @throws {@link ShapeError} the output has no axis for images and one for classes */
function classCount(pool: PredictorPool): number {
  const { name, shape } = pool.outputs[0] as TensorInfo;
  const classes = elementCount(shape.slice(1));
  if (shape.length < 2 || shape[0] !== 1 || classes < 1)
    throw new ShapeError(
      name,
      [1],
      shape,
      `shape [${shape.join(", ")}] for one image is not that of scores of classes`,
    );
  return classes;
}

function wantsSoftmax(pool: PredictorPool, option: "auto" | boolean): boolean {
  if (typeof option === "boolean") return option;
  if (option !== "auto")
    throw new PredictError("argument", `softmax is true, false or "auto", not ${option}`);
  const { scale, op, node } = outputScale(
    known(() => pool.describe(), "softmax"),
    0,
  );
  if (scale === undefined)
    throw new PredictError(
      "argument",
      `node "${node}" (${op}) does not tell whether the output is probabilities: pass softmax: true if it is logits, or false`,
    );
  return scale === "logits";
}
