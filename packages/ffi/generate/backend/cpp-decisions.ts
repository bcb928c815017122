/** What the C++ binding leaves out or adds: decisions that the description cannot state. */

/** Functions without a binding, each with its reason. */
export const cppNotExposed: Readonly<Record<string, string>> = {
  LPModelRetain: "a handle object owns its model; references to the object do the counting",
};

/** Results that the reference writes to another element than the first: the parameter that says which. */
export const cppIndexedResults: Readonly<Record<string, string>> = {
  MXPredGetOutputType: "out_index",
};

/** Statements after the success of a call: what is to be remembered of it. */
export const cppAfterSuccess: Readonly<Record<string, string>> = {
  MXPredCreateEx: "detail::remember_types(out, provided_arg_dtype_names, provided_arg_dtypes);",
  MXPredReshape: "detail::inherit_types(out, used_handle);",
};

/** Codes that only the binding gives. */
export const cppOwnErrorCodes: readonly (readonly [string, number, string])[] = [
  ["disposed", -1, "A handle was used after it was freed."],
  ["busy", -2, "A running call uses the handle."],
  ["unavailable", -3, "The library does not have the function."],
  ["load", -4, "No library, or no model, could be loaded."],
  [
    "unknown",
    -5,
    "The call failed, and the library gives no code: it has only part one of the header.",
  ],
];
