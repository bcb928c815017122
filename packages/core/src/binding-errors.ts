/** Turns errors of the binding into errors of this package. */
import { NativeError, LoadError as NativeLoadError } from "@libpredict/ffi/portable";
import { LoadError, PredictError } from "./predict-error.js";

/** The error of this package for one of the binding; any other error as it is. */
export function translateError(error: unknown): unknown {
  if (error instanceof NativeLoadError)
    return new LoadError("no predict library could be loaded", error.tried, { cause: error });
  if (error instanceof NativeError)
    return new PredictError(error.code, error.message, { cause: error });
  return error;
}

/** Runs a function, translating what it throws. */
export function translated<T>(run: () => T): T {
  try {
    return run();
  } catch (error) {
    throw translateError(error);
  }
}
