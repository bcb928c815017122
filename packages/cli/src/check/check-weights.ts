/** What a model lacks besides operators: weights, and shapes and element types that fit. */
import { type DType, type Model, PredictError, type PredictErrorCode } from "@libpredict/core";
import type { GivenInputs, InputShapes } from "../inspect/input-shapes.js";
import type { Finding } from "./check-symbol.js";

/** What a model can be blamed for; other failures are the caller's, or the machine's. */
const faultsOfModels: readonly PredictErrorCode[] = ["unsupported", "attribute", "shape", "dtype"];

/**
 * The weights that a file of parameters lacks, as far as can be told without shapes: states of
 * BatchNorm and the like show once a predictor is made.
 *
 * @param weights - the variables that the parameters must give
 * @param model - opened with its parameters
 */
export function missingWeights(weights: readonly string[], model: Model): Finding[] {
  const lacking = new Set(model.inputs);
  return weights.filter((name) => lacking.has(name)).map((name) => missing(name, "weight"));
}

/**
 * Makes a predictor: shapes that do not fit, and element types for which there is no algorithm, are
 * its error. Only the first of them is known.
 *
 * @param model - opened with its parameters or, with `hasParameters` false, without
 * @returns that error, else what the parameters lack
 * @throws PredictError as `createPredictor`, where it is not about the model
 */
export function checkPredictor(
  model: Model,
  shapes: InputShapes,
  arrays: GivenInputs["arrays"],
  hasParameters: boolean,
): Finding[] {
  const dtypes = Object.fromEntries(
    Object.entries(arrays).map(([name, tensor]): [string, DType] => [name, tensor.dtype]),
  );
  try {
    using predictor = model.createPredictor({ inputs: shapes, dtypes });
    if (!hasParameters) return [];
    return predictor
      .describe()
      .nodes.filter((node) => node.missing)
      .map(({ name, state }) => missing(name, state ? "auxiliary state" : "weight"));
  } catch (error) {
    if (!(error instanceof PredictError) || !faultsOfModels.includes(error.code)) throw error;
    return [placed(error)];
  }
}

function missing(name: string, kind: string): Finding {
  return {
    code: "missing",
    node: name,
    op: "null",
    text: `${kind} '${name}' is not in the file of parameters`,
    remedy: "take the parameters that were saved with this symbol, or give it as an input",
  };
}

/** The node that an error of the engine is about, by the words with which all of them begin. */
function placed({ code, message }: PredictError): Finding {
  const text = message.replace(/^LP\w+: /, "");
  const [, parameter] = /: parameter '(.*)' of the file/.exec(text) ?? [];
  if (parameter !== undefined) return { code, node: parameter, op: "null", text };
  const [, node = "", op = ""] = /^Error in operator (.*?) \(([^()]*)\): /.exec(text) ?? [];
  return { code, node, op, text };
}
