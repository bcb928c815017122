/** What the Python binding leaves out, and what it knows of functions that the header cannot state. */
import type { Api } from "../api-description.js";

/** Functions without a binding, each with its reason. */
export const notExposed: Readonly<Record<string, string>> = {
  LPSetAllocator:
    "the engine allocates on threads of its own, which would have to wait for the interpreter",
  LPModelRetain: "a model has one handle object here; Python references to it do the counting",
};

/** Views that are handed out without a copy: read-only arrays, which keep the predictor's memory. */
export const lentViews: Readonly<Record<string, string>> = { LPPredGetOutputData: "data" };

/** Functions that compute the outputs, and run monitor callbacks. */
export const forwards: readonly string[] = ["MXPredForward", "MXPredPartialForward"];

/** Functions that, for what is no input, have the next forward move the outputs. */
export const setters: readonly string[] = ["MXPredSetInput", "LPPredSetInput"];

/** Functions that say element types, which a library with part one of the header only cannot tell later. */
export const typeSources: Readonly<Record<string, readonly [names: string, types: string]>> = {
  MXPredCreateEx: ["provided_arg_dtype_names", "provided_arg_dtypes"],
};

/** Functions whose new handle has the element types of the one that is passed. */
export const typeHeirs: readonly string[] = ["MXPredReshape"];

/** Values for which the reference needs room for as many elements as this argument says, and one more. */
export const valueCells: Readonly<Record<string, string>> = { MXPredGetOutputType: "out_index" };

/** @throws Error: a name that the header does not have */
export function checkExposure(api: Api): void {
  const byName = new Map(api.functions.map((f) => [f.name, f]));
  const has = (name: string, ...parameters: readonly string[]): void => {
    const found = byName.get(name);
    if (!found) throw new Error(`python-exposure.ts: the header has no ${name}`);
    for (const wanted of parameters)
      if (!found.parameters.some((p) => p.name === wanted))
        throw new Error(`python-exposure.ts: ${name} has no parameter ${wanted}`);
  };
  for (const name of [...Object.keys(notExposed), ...forwards, ...setters, ...typeHeirs]) has(name);
  for (const [name, view] of Object.entries(lentViews)) has(name, view);
  for (const [name, sources] of Object.entries(typeSources)) has(name, ...sources);
  for (const [name, index] of Object.entries(valueCells)) has(name, index);
}
