/** The errors of this package: one class with a code, and subclasses that only carry data. */
import type { NativeErrorCode } from "./gen/native-error-codes.js";

/**
 * The engine's codes (see {@link NativeErrorCode}), and:
 *
 * - `disposed`: a model or predictor was used after its disposal.
 * - `busy`: a synchronous call came while a run was going on.
 * - `aborted`: the signal of a load, or of a run that had not begun, was aborted.
 * - `unavailable`: the library or the platform cannot do it.
 * - `load`: no library, or no model, was found.
 * - `image`: content that is no image which can be decoded, or a damaged one.
 * - `npy`: content that is no `.npy` file, or a damaged one.
 * - `unknown`: the engine failed and gives no code.
 */
export type PredictErrorCode =
  | NativeErrorCode
  | "disposed"
  | "busy"
  | "aborted"
  | "unavailable"
  | "load"
  | "image"
  | "npy"
  | "unknown";

/** Everything that this package throws. Tell failures apart by `code`. */
export class PredictError extends Error {
  override readonly name: string = "PredictError";

  /**
   * @param code - what kind of failure it is
   * @param message - what, where, expected and actual
   * @param options - `cause`: the error behind this one
   */
  constructor(
    readonly code: PredictErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** An input whose shape or length is not the one expected. Its code is `shape`. */
export class ShapeError extends PredictError {
  override readonly name = "ShapeError";

  /**
   * @param input - name of the input, or what else has the shape
   * @param expected - shape, or number of elements in brackets, that was expected
   * @param actual - what came
   */
  constructor(
    readonly input: string,
    readonly expected: readonly number[],
    readonly actual: readonly number[],
    detail: string,
  ) {
    super("shape", `${input}: ${detail}`);
  }
}

/** One place where something was looked for. */
export interface LoadAttempt {
  /** Which rule of the lookup. */
  readonly source: string;
  /** The file, where the rule came to one. */
  readonly path?: string;
  /** Why there was nothing. */
  readonly reason: string;
}

/** A library or a model was not found. Its code is `load`. */
export class LoadError extends PredictError {
  override readonly name = "LoadError";

  /**
   * @param what - what was looked for
   * @param tried - every place, in order
   */
  constructor(
    what: string,
    readonly tried: readonly LoadAttempt[],
    options?: ErrorOptions,
  ) {
    const lines = tried.map(
      (t) => `  ${t.source}${t.path === undefined ? "" : ` (${t.path})`}: ${t.reason}`,
    );
    super("load", `${what}; tried\n${lines.join("\n")}`, options);
  }
}
