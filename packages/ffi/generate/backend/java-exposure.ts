/** What the Java binding leaves out or adds: decisions that the header cannot state. */
import type { Api } from "../api-description.js";

/** Functions without a binding, each with its reason. */
export const notExposed: Readonly<Record<string, string>> = {
  LPSetAllocator:
    "the engine allocates on threads of its own and inside calls from which Java cannot be called",
  LPModelRetain: "a model has one handle object here; Java references to it do the counting",
};

/**
 * Functions that do nothing but copy a tensor. A heap array goes to them in place, which holds the
 * garbage collector up until they return; everything that may run longer gets a copy instead.
 */
export const briefFunctions: readonly string[] = [
  "MXPredSetInput",
  "MXPredGetOutput",
  "LPPredSetInput",
  "LPPredGetOutput",
];

/** Where the element type of an `elements` parameter comes from: the tensor, and the argument that names it. */
export const elementSources: Readonly<Record<string, { tensor: "input" | "output"; by: string }>> =
  {
    MXPredSetInput: { tensor: "input", by: "key" },
    MXPredGetOutput: { tensor: "output", by: "index" },
  };

/**
 * Views of untyped memory are not copied but lent; this is for how long, by the words of the header.
 * `calls`: until a function of `viewEnders` is called. `callback`: until the callback returns.
 */
export const viewLifetimes: Readonly<Record<string, "calls" | "callback">> = {
  "next forward of this predictor, or MXPredFree": "calls",
  "return of the callback": "callback",
};

/** Functions that end the views of their handle, besides the one that frees it. */
export const viewEnders: readonly string[] = ["MXPredForward", "MXPredPartialForward"];

/** A `value` for which the reference writes to the element of this index, as if it were an array. */
export const indexedValues: Readonly<Record<string, { value: string; index: string }>> = {
  MXPredGetOutputType: { value: "out_dtype", index: "out_index" },
};

/** What is to be remembered after a success; `made` is the new handle. */
export const afterwards: Readonly<Record<string, string>> = {
  MXPredCreateEx: "TensorTypes.remember(made, provided_arg_dtype_names, provided_arg_dtypes);",
  MXPredReshape: "TensorTypes.inherit(made, handle);",
};

/** Stops generation when a decision speaks of a function that the header does not have. */
export function checkExposure(api: Api): void {
  const names = new Set(api.functions.map((f) => f.name));
  for (const name of [
    ...Object.keys(notExposed),
    ...briefFunctions,
    ...Object.keys(elementSources),
    ...viewEnders,
    ...Object.keys(indexedValues),
    ...Object.keys(afterwards),
  ])
    if (!names.has(name)) throw new Error(`java-exposure.ts: the header has no ${name}`);
}
