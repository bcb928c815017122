/** What a predictor is to save. */
import { type MemoryMode, memoryModes } from "./gen/native-constants.js";
import { PredictError } from "./predict-error.js";

/** @throws {@link PredictError} `argument`: there is no such mode; `undefined` is the default */
export function checkMemoryMode(memory: MemoryMode | undefined): void {
  const given: unknown = memory;
  if (given === undefined) return;
  if (typeof given === "string" && Object.hasOwn(memoryModes, given)) return;
  const allowed = Object.keys(memoryModes).map((mode) => `"${mode}"`);
  const actual = typeof given === "string" ? JSON.stringify(given) : `a ${typeof given}`;
  throw new PredictError("argument", `memory must be ${allowed.join(" or ")}, not ${actual}`);
}
