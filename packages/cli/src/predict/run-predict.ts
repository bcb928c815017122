/** Runs `libpredict predict`: loads the model, finds the inputs, predicts, prints and saves. */
import {
  type Backend,
  type DType,
  Model,
  PredictError,
  readLabels,
  type Tensor,
} from "@libpredict/core";
import { chosenBackend } from "../chosen-backend.js";
import { CommandError, UsageError } from "../command-errors.js";
import type { PredictOptions } from "../command-predict.js";
import { type ExitCode, exitCodes } from "../exit-codes.js";
import { type ProgressBar, startProgressBar } from "../progress-bar.js";
import { formatBytes } from "../quantities.js";
import type { ActionContext } from "../run-action.js";
import { runInOrder } from "../run-in-order.js";
import { printNote } from "../standard-streams.js";
import { imageRecipe } from "./image-recipe.js";
import type { InputArgument } from "./input-argument.js";
import { expandInputs, type Item } from "./input-items.js";
import { OutputFile } from "./output-file.js";
import { groupInputs, PredictionSession, type SessionOptions } from "./prediction-session.js";
import { PredictionSink } from "./prediction-sink.js";
import { castArray, readOneArray } from "./read-arrays.js";

/** The body of the command. */
export async function runPredict(
  [source, inputs]: [string, string[]],
  options: PredictOptions,
  { signal }: ActionContext,
): Promise<ExitCode> {
  const file = options.save === undefined ? undefined : new OutputFile(options.save);
  await file?.checkFolder();
  const backend = chosenBackend(options);
  const cast = options.cast ? "float32" : undefined;
  const given = await givenArrays(options.input ?? [], cast);
  const stated = statedShape(options.input ?? []);
  const items = await itemsOf(inputs, options.input ?? [], signal);
  const recipe = items.some(({ kind }) => kind === "image")
    ? await imageRecipe({
        ...(options.preset !== undefined && { preset: options.preset }),
        ...(options.meanImage !== undefined && { meanImage: options.meanImage }),
        ...(stated && { shape: stated.shape }),
      })
    : undefined;
  const labels = options.labels === undefined ? undefined : await readLabels(options.labels);
  const model = await loadModel(source, backend, options, signal);
  const groups = groupInputs(items, options.batch ?? (stated?.shape[0] || 1));
  const places = Math.min(backend.processors ?? 1, backend.parallelRuns ?? 1);
  const size = Math.max(1, Math.min(groups.length, Math.floor(places / (options.threads ?? 1))));
  const session = new PredictionSession({
    model,
    input: inputs.length === 0 ? "" : targetInput(model, given, stated?.name),
    others: given,
    ...(recipe && { recipe }),
    ...(stated && { shape: stated.shape }),
    ...(cast && { cast }),
    ...(options.output && { layers: options.output }),
    ...(options.threads !== undefined && { threads: options.threads }),
    ...(options.memory !== undefined && { memory: options.memory }),
    size,
    top: options.top,
    ...(labels && { labels }),
    classes: classesOf(options),
    signal,
  });
  const sink = new PredictionSink(source, items, session, options);
  try {
    // One group more than there are predictors, so that decoding does not hold them up.
    for await (const results of runInOrder(groups, size + 1, (group) => session.predict(group)))
      for (const result of results) {
        sink.add(result);
        if (result.outputs) file?.add(result.outputs);
      }
    if (file && sink.failed === 0) printNote(`wrote ${await file.write()}`);
    sink.end();
    if (file && sink.failed > 0)
      throw new CommandError("save", `${options.save} was not written: ${sink.failed} failed`);
    return sink.failed > 0 ? exitCodes.failed : exitCodes.done;
  } finally {
    sink.stop();
    session.dispose();
    model.dispose();
  }
}

/** Loads the model, with a progress bar while the parameters come. */
async function loadModel(
  source: string,
  backend: Backend,
  { params, epoch }: PredictOptions,
  signal: AbortSignal,
): Promise<Model> {
  if (params !== undefined && epoch !== undefined)
    throw new UsageError("--params and --epoch exclude each other");
  const symbolFile = source.endsWith(".json") ? source : `${source}-symbol.json`;
  let bar: ProgressBar | undefined;
  try {
    const files = params ? { symbolFile, paramsFile: params } : { symbolFile };
    return await Model.load(params === undefined ? source : files, {
      backend,
      ...(epoch !== undefined && { epoch }),
      signal,
      onProgress: ({ loadedBytes, totalBytes }) => {
        if (totalBytes === undefined || totalBytes < leastShownBytes) return;
        bar ??= startProgressBar("loading", totalBytes, formatBytes);
        bar.update(loadedBytes);
      },
    });
  } finally {
    bar?.stop();
  }
}

/** Smaller files are read before anyone looks. */
const leastShownBytes = 16 << 20;

/** The arrays of `--input name=file`. */
async function givenArrays(
  given: readonly InputArgument[],
  cast: DType | undefined,
): Promise<Record<string, Tensor>> {
  const arrays: Record<string, Tensor> = {};
  for (const argument of given)
    if ("file" in argument)
      arrays[argument.name] = castArray(await readOneArray(argument.file), cast);
  return arrays;
}

/** The shape of `--input name=shape`. */
function statedShape(
  given: readonly InputArgument[],
): { readonly name: string; readonly shape: readonly number[] } | undefined {
  const shapes = given.filter((argument) => "shape" in argument);
  if (shapes.length > 1)
    throw new UsageError(
      `--input states shapes of ${shapes.map(({ name }) => name).join(" and ")}; only one input takes INPUT`,
      "Give arrays for the others: --input name=file.npy.",
    );
  return shapes[0];
}

async function itemsOf(
  inputs: readonly string[],
  given: readonly InputArgument[],
  signal: AbortSignal,
): Promise<Item[]> {
  if (inputs.length > 0) return expandInputs(inputs, signal);
  const files = given.filter((argument) => "file" in argument).map(({ file }) => file);
  if (files.length === 0)
    throw new UsageError(
      "there is nothing to predict from",
      "Name images, arrays or folders after the model, or give arrays by --input name=file.npy.",
    );
  return [{ name: files.join(", "), kind: "given" }];
}

/** The input that INPUT goes to. */
function targetInput(
  model: Model,
  given: Readonly<Record<string, Tensor>>,
  stated: string | undefined,
): string {
  if (stated !== undefined) return stated;
  let names: readonly string[];
  try {
    names = model.inputs;
  } catch (error) {
    if (!(error instanceof PredictError && error.code === "unavailable")) throw error;
    throw new UsageError(
      "this library cannot tell the inputs of a model",
      "State name and shape: --input data=1,3,224,224.",
    );
  }
  const open = names.filter((name) => !Object.hasOwn(given, name));
  const [only] = open;
  if (only !== undefined && open.length === 1) return only;
  const weights = open.filter((name) =>
    /_(weight|bias|gamma|beta|(moving|running)_\w+)$/.test(name),
  );
  if (weights.length > 0 && weights.length === open.length - 1)
    throw new CommandError(
      "missing",
      `the parameters lack ${weights.join(", ")}`,
      "Another file of parameters is given by --params.",
    );
  throw new UsageError(
    open.length === 0
      ? `all inputs of the model (${names.join(", ")}) are given by --input; INPUT is one too many`
      : `the model has ${open.length} inputs: ${open.join(", ")}`,
    open.length === 0 ? undefined : "Give all but one by --input name=file.npy.",
  );
}

function classesOf({ raw, softmax }: PredictOptions): SessionOptions["classes"] {
  if (raw) return "none";
  if (softmax === undefined) return "auto";
  return softmax ? "softmax" : "as they are";
}
