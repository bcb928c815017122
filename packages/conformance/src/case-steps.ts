/** The API calls of a case (README.md, "Steps"); reference/case_steps.py does the same. */

import type { CaseSpec, DType, ModelSpec, StepSpec } from "./case-format.js";
import { specDType } from "./tensor-data.js";

/** The models of a case by name; a case with a graph of its own is itself the model "". */
export function caseModels(item: CaseSpec): Map<string, ModelSpec> {
  const models = new Map<string, ModelSpec>(Object.entries(item.models ?? {}));
  if (item.nodes !== undefined || item.symbol !== undefined || item.symbolText !== undefined) {
    models.set("", item);
  }
  return models;
}

/**
 * The steps of a case. Those of an operator case are: create, set every input, forward, then shape,
 * type and content of every output.
 */
export function caseSteps(item: CaseSpec): readonly StepSpec[] {
  if (item.steps !== undefined) {
    return item.steps;
  }
  const inputs = item.inputs ?? [];
  const types: Record<string, DType> = {};
  for (const input of inputs) {
    if (specDType(input) !== "float32") {
      types[input.name] = specDType(input);
    }
  }
  Object.assign(types, item.types);
  const keys = Object.fromEntries(inputs.map((input) => [input.name, input.shape]));
  const steps: StepSpec[] = [
    Object.keys(types).length === 0
      ? { call: "MXPredCreate", as: "p", keys }
      : { call: "MXPredCreateEx", as: "p", keys, dtypes: types },
    ...inputs.map(
      (input): StepSpec => ({ call: "MXPredSetInput", handle: "p", key: input.name, data: input }),
    ),
    { call: "MXPredForward", handle: "p" },
  ];
  for (const [index, output] of (item.outputs ?? []).entries()) {
    const at = { handle: "p", index };
    steps.push(
      { call: "MXPredGetOutputShape", ...at, expect: { shape: output.shape } },
      { call: "MXPredGetOutputType", ...at, expect: { dtype: specDType(output) } },
      { call: "MXPredGetOutput", ...at, expect: { array: output } },
    );
  }
  return steps;
}
