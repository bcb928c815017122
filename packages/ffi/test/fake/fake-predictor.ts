/** Shorthand for predictors of the fake. */
import type { Binding, PredictorHandle } from "../../src/index.js";

/** A predictor whose input `data` has a shape. */
export function createFake(library: Binding, ...shape: number[]): PredictorHandle {
  return library.MXPredCreate(
    "{}",
    new Uint8Array(0),
    0,
    1,
    0,
    1,
    ["data"],
    Uint32Array.of(0, shape.length),
    Uint32Array.from(shape),
  );
}

/** Sends a command to the next forward. */
export function command(
  library: Binding,
  handle: PredictorHandle,
  key: "delay_ms" | "stack_kib" | "fail",
  value: number,
): void {
  library.MXPredSetInput(handle, key, Float32Array.of(value), 1);
}

/** What a function throws, as code and message. */
export function failureOf(run: () => unknown): { code: string; message: string } {
  try {
    run();
  } catch (error) {
    return { code: (error as { code: string }).code, message: (error as Error).message };
  }
  return { code: "none", message: "nothing was thrown" };
}
