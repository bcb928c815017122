/** Opens models: the digit network that comes with the page, or a user's files. */
import {
  type MemoryMode,
  Model,
  PredictError,
  type Predictor,
  parseLabels,
} from "@libpredict/wasm";
import digitsParams from "../../../models/digits/digits-0000.params?url";
import digitsSymbol from "../../../models/digits/digits-symbol.json?url";
import type { ModelFiles, Preparation } from "../protocol.js";
import { type ImageShape, inputCandidates, type SymbolNodes } from "./input-candidates.js";
import { likelyPreparation } from "./likely-preparation.js";
import { OpenedModel } from "./opened-model.js";

/** Opens the digit network. @throws LoadError its files do not come */
export async function openDigits(): Promise<OpenedModel> {
  const model = await Model.load({
    symbolFile: new URL(digitsSymbol, location.href),
    paramsFile: new URL(digitsParams, location.href),
  });
  const predictor = model.createPredictor({ inputs: { data: [1, 1, 8, 8] } });
  const labels = Array.from({ length: 10 }, (_, digit) => String(digit));
  return new OpenedModel(
    { name: "Handwritten digits", model, labels, preparation: undefined },
    predictor,
  );
}

/**
 * Opens a user's model. Without a preparation, the first input of the usual ones that fits is taken.
 *
 * @throws PredictError `symbol`, `params`, `unsupported` and others from the library
 * @throws UnknownSizeError no usual input fits
 */
export async function openFiles(
  files: ModelFiles,
  preparation: Preparation | undefined,
): Promise<OpenedModel> {
  const labels = files.labels && parseLabels(await files.labels.text());
  const { name, symbol, params } = files;
  const model = await Model.load({ symbol, params });
  try {
    const graph = JSON.parse(await symbol.text()) as SymbolNodes;
    const chosen = preparation ?? likelyPreparation(graph, fittingShape(model, graph));
    return prepared({ name, model, labels, preparation: chosen });
  } catch (error) {
    model.dispose();
    throw error;
  }
}

/** The same model with another preparation. Errors: see `openFiles`. */
export function prepareAgain({ parts }: OpenedModel, preparation: Preparation): OpenedModel {
  if (!parts.preparation)
    throw new PredictError("argument", "the digit network prepares its input in its own way");
  return prepared({ ...parts, preparation });
}

/** No usual input fits, so that the user has to say which does. */
export class UnknownSizeError extends Error {}

function prepared(
  parts: OpenedModel["parts"] & { readonly preparation: Preparation },
): OpenedModel {
  const { width, height, colours, lean } = parts.preparation;
  const shape: ImageShape = [colours === "gray" ? 1 : 3, height, width];
  const predictor = predictorFor(parts.model, shape, lean ? "lean" : "fast");
  try {
    return new OpenedModel(parts, predictor);
  } catch (error) {
    predictor.dispose();
    throw error;
  }
}

function predictorFor(model: Model, shape: ImageShape, memory: MemoryMode = "fast"): Predictor {
  return model.createPredictor({ inputs: { [onlyInput(model)]: [1, ...shape] }, memory });
}

function onlyInput({ inputs }: Model): string {
  const [name, ...others] = inputs;
  if (name === undefined || others.length > 0)
    throw new PredictError(
      "argument",
      `the network has ${inputs.length} inputs (${inputs.join(", ")}); this page feeds one, a picture`,
    );
  return name;
}

function fittingShape(model: Model, graph: SymbolNodes): ImageShape {
  let reason = "";
  for (const shape of inputCandidates(graph, onlyInput(model)))
    try {
      predictorFor(model, shape).dispose();
      return shape;
    } catch (error) {
      // Anything but a shape that does not fit is no question of the size.
      if (!(error instanceof PredictError && error.code === "shape")) throw error;
      reason ||= error.message;
    }
  throw new UnknownSizeError(`No usual input size fits this network (${reason}).`);
}
