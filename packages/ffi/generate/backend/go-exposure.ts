/** What the Go binding leaves out or adds: decisions that the header cannot state. */
import type { Api, ApiFunction, Parameter } from "../api-description.js";

/** Functions without a binding, each with its reason. */
export const notExposed: Readonly<Record<string, string>> = {
  LPSetAllocator:
    "the engine allocates on threads of its own and at any time, and C must not keep memory of Go's",
  LPModelRetain: "a model has one handle here; Go's references to it do the counting",
};

/**
 * Functions that also have a form that lends the library's memory to a function instead of copying
 * it: the name of the view.
 */
export const lending: Readonly<Record<string, string>> = { LPPredGetOutputData: "data" };

/** Functions that also have a form that ends when a context does: the function that stops them. */
export const stoppable: Readonly<Record<string, string>> = { MXPredForward: "LPPredCancel" };

/** Which parameter tells the tensor whose elements are passed, by the method that finds its type. */
export const elementTypes: Readonly<Record<string, { method: string; parameter: string }>> = {
  MXPredSetInput: { method: "InputType", parameter: "key" },
  MXPredGetOutput: { method: "OutputType", parameter: "index" },
};

/** Values that the reference writes beyond the first element: the index it takes. */
export const indexedValues: Readonly<Record<string, { value: string; index: string }>> = {
  MXPredGetOutputType: { value: "out_dtype", index: "out_index" },
};

/** Functions whose new predictor's element types must be remembered for libraries that cannot tell. */
export const rememberedTypes: Readonly<Record<string, { names: string; types: string }>> = {
  MXPredCreateEx: { names: "provided_arg_dtype_names", types: "provided_arg_dtypes" },
};

/** Functions whose new predictor has the element types of the one that they are called on. */
export const inheritedTypes: readonly string[] = ["MXPredReshape"];

/** @throws Error for a decision about a function or a parameter that the header does not have */
export function checkExposure(api: Api): void {
  const functionOf = (name: string): ApiFunction => {
    const found = api.functions.find((f) => f.name === name);
    if (!found) throw new Error(`go-exposure.ts: the header has no ${name}`);
    return found;
  };
  const check = (name: string, parameters: Readonly<Record<string, Parameter["kind"]>>): void => {
    const f = functionOf(name);
    for (const [parameter, kind] of Object.entries(parameters))
      if (f.parameters.find((p) => p.name === parameter)?.kind !== kind)
        throw new Error(`go-exposure.ts: ${name} has no ${kind} ${parameter}`);
  };
  for (const name of Object.keys(notExposed)) functionOf(name);
  for (const [name, view] of Object.entries(lending)) check(name, { [view]: "view" });
  for (const [name, stop] of Object.entries(stoppable)) {
    const [handle, ...others] = functionOf(stop).parameters;
    if (others.length > 0 || handle?.handle !== functionOf(name).parameters[0]?.handle)
      throw new Error(`go-exposure.ts: ${stop} does not take the handle of ${name}`);
    if (!functionOf(stop).alongside)
      throw new Error(`go-exposure.ts: ${stop} may not be called while ${name} runs`);
  }
  for (const [name, { method, parameter }] of Object.entries(elementTypes))
    check(name, { [parameter]: method === "InputType" ? "string" : "scalar" });
  for (const [name, { value, index }] of Object.entries(indexedValues))
    check(name, { [value]: "value", [index]: "scalar" });
  for (const [name, { names, types }] of Object.entries(rememberedTypes))
    check(name, { [names]: "strings", [types]: "array", out: "handle" });
  for (const name of inheritedTypes) check(name, { handle: "handle", out: "handle" });
}
