/** Memory for arrays whose size callers or files decide. */
import { PredictError } from "./predict-error.js";

interface ArrayClass<A> {
  readonly BYTES_PER_ELEMENT: number;
  new (length: number): A;
}

/** @throws {@link PredictError} `memory`: more than one array of this JavaScript engine holds, or than there is */
export function allocateArray<A>(arrayClass: ArrayClass<A>, length: number): A {
  try {
    return new arrayClass(length);
  } catch (cause) {
    const size = length * arrayClass.BYTES_PER_ELEMENT;
    throw new PredictError("memory", `an array of ${size} bytes cannot be had`, { cause });
  }
}
