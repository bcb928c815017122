/** A model that can be measured: with weights, and with shapes for its inputs. */
import {
  type Backend,
  type DType,
  type MemoryMode,
  Model,
  type Predictor,
  type Tensor,
} from "@libpredict/core";
import type { InputArgument } from "../predict/input-argument.js";
import { chooseShapes, type InputShapes, readGivenInputs, statedShapes } from "./input-shapes.js";
import { isInput } from "./model-report.js";
import { type ChosenParameters, openModel } from "./open-model.js";
import { randomTensor } from "./random-data.js";
import { standInWeights } from "./stand-in-weights.js";

/** A model, and what its predictors are made for. */
export interface PreparedModel {
  /** The caller disposes of it. */
  readonly model: Model;
  /** Where the weights come from: the model's file, or drawn at random because there is none. */
  readonly weights: "file" | "random";
  readonly shapes: InputShapes;
  /** Arrays of inputs that came with one, by name. */
  readonly arrays: Readonly<Record<string, Tensor>>;
  /** Milliseconds that the files took to become a model. */
  readonly loadMs: number;
}

/** What the command line says of a model and its inputs. */
export interface PreparingOptions extends ChosenParameters {
  readonly input?: readonly InputArgument[];
}

/**
 * Opens a model; one without parameters gets random ones.
 *
 * @param command - such as `inspect`, for the message that shapes are lacking
 * @param name - a prefix or a `*-symbol.json`
 * @throws as `openModel`, `readGivenInputs` and `chooseShapes`
 */
export async function prepareModel(
  command: string,
  name: string,
  options: PreparingOptions,
  backend: Backend,
): Promise<PreparedModel> {
  const given = await readGivenInputs(options.input ?? []);
  const [opened, loadMs] = await timed(() => openModel(name, options, backend));
  const { model, symbol, files } = opened;
  try {
    const shapes = chooseShapes(
      `libpredict ${command} ${name}`,
      model.inputs,
      given.shapes,
      statedShapes(symbol),
      files.hasParameters,
    );
    const prepared = { shapes, arrays: given.arrays };
    if (files.hasParameters) return { ...prepared, model, weights: "file", loadMs };
    using bare = preparedPredictor({ ...prepared, model });
    const params = standInWeights(bare.describe().nodes);
    const [filled, filledMs] = await timed(() => Model.load({ symbol, params }, { backend }));
    model.dispose();
    return { ...prepared, model: filled, weights: "random", loadMs: filledMs };
  } catch (error) {
    model.dispose();
    throw error;
  }
}

/** What a predictor that is measured may be asked to do. */
export interface MeasuringOptions {
  readonly threads?: number | undefined;
  readonly memory?: MemoryMode | undefined;
}

/** Makes a predictor. @throws PredictError as `createPredictor` */
export function preparedPredictor(
  { model, shapes, arrays }: Pick<PreparedModel, "model" | "shapes" | "arrays">,
  options: MeasuringOptions = {},
): Predictor {
  const dtypes = Object.fromEntries(
    Object.entries(arrays).map(([name, tensor]): [string, DType] => [name, tensor.dtype]),
  );
  const { threads, memory } = options;
  return model.createPredictor({
    inputs: shapes,
    dtypes,
    ...(threads && { threads }),
    ...(memory && { memory }),
  });
}

/** Every input of a predictor: the given array, or a random one. */
export function feedsFor(
  predictor: Predictor,
  arrays: PreparedModel["arrays"],
): Record<string, Tensor> {
  const inputs = new Set(
    predictor
      .describe()
      .nodes.filter(isInput)
      .map((node) => node.name),
  );
  return Object.fromEntries(
    predictor.inputs
      .filter(({ name }) => inputs.has(name))
      .map((info, i) => [info.name, arrays[info.name] ?? randomTensor(info, i + 1)]),
  );
}

async function timed<T>(work: () => Promise<T>): Promise<[T, number]> {
  const start = performance.now();
  return [await work(), performance.now() - start];
}
