/** What the TypeScript binding leaves out or adds: decisions that the header cannot state. */

/** Functions without a binding, each with its reason. */
export const notExposed: Readonly<Record<string, string>> = {
  LPSetAllocator: "the engine allocates on threads of its own, where JavaScript cannot be called",
  LPModelRetain: "a model has one handle object here; JavaScript references to it do the counting",
};

/**
 * Functions that also have an asynchronous form. Each must have an error channel
 * that does not depend on the thread: a predictor, or an LPError.
 */
export const asynchronous: readonly string[] = [
  "MXPredReshape",
  "MXPredForward",
  "MXPredPartialForward",
  "LPModelCreate",
  "LPModelCreateFromFiles",
  "LPPredCreate",
];
