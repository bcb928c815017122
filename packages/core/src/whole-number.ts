/** Options that count something. */
import { PredictError } from "./predict-error.js";

/** @throws {@link PredictError} `argument`: not a whole number from `least` */
export function checkWholeNumber(name: string, value: number, least: number): number {
  if (Number.isInteger(value) && value >= least) return value;
  throw new PredictError("argument", `${name} is a whole number from ${least}, not ${value}`);
}
