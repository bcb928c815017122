/** The errors of this package: one class with a code, and subclasses that only carry data. */
import type { NativeErrorCode } from "./gen/native-error-codes.js";

/**
 * The engine's codes (see {@link NativeErrorCode}), and:
 *
 * - `disposed`: A model, predictor, pool or classifier was used after its disposal. Example:
 *   `predictor.run` behind the block of a `using` declaration. Remedy: keep the object until its
 *   last run has ended; `close()` of a pool waits for that.
 * - `busy`: A call came while runs were going on that it cannot wait for. Example: `runSync`
 *   during a `run`; a run beyond `maxWaiting` of a pool. Remedy: wait for the run, or take
 *   another predictor; in a server, answer 503.
 * - `aborted`: The signal of a load or of a run was aborted. Example: `AbortSignal.timeout(1000)`
 *   and a run that takes, or a pool that is busy, for longer. Remedy: none is needed: it was asked
 *   for; `cause` is the signal's reason.
 * - `unavailable`: The library or the platform cannot do it. Example: `stats()` with MXNet's own
 *   library; a picture without sharp installed. Remedy: the text names what is missing; install
 *   it, or use the library of this project.
 * - `load`: No library, no model, or no other file was found. Example: `Model.load("resnet")` in
 *   the wrong folder. Remedy: the text lists every place with the reason; mend the one that was
 *   meant.
 * - `image`: Content that is no image which can be decoded, or a damaged one. Example: a download
 *   that stopped in the middle. Remedy: open the file in a viewer; get it again, or convert it to
 *   PNG or JPEG.
 * - `npy`: Content that is no `.npy` file, or a damaged one. Example: a `.npz` archive; an array
 *   of Python objects. Remedy: save a single array of numbers with `numpy.save`.
 * - `unknown`: The engine failed and gives no code. Example: any failure of MXNet's own library.
 *   Remedy: read the text; it is the library's.
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
