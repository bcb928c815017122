/** The errors of this package. */
import type { NativeErrorCode } from "./gen/error-codes.js";

/**
 * The library's codes, and those that only a binding has:
 *
 * - `disposed`: a handle was used after it was freed.
 * - `busy`: a running call uses the handle.
 * - `unavailable`: the library does not have the function.
 * - `load`: no library could be loaded.
 * - `unknown`: the call failed, and the library gives no code (it has only part one of the header).
 */
export type ErrorCode = NativeErrorCode | "disposed" | "busy" | "unavailable" | "load" | "unknown";

/** A call that failed, in the library or before it got there. */
export class NativeError extends Error {
  override readonly name: string = "NativeError";

  /**
   * @param code - what kind of failure it is
   * @param message - the library's text, or the binding's
   * @param functionName - the C function that was called; undefined outside of a call
   */
  constructor(
    readonly code: ErrorCode,
    message: string,
    readonly functionName?: string,
    options?: ErrorOptions,
  ) {
    super(functionName === undefined ? message : `${functionName}: ${message}`, options);
  }
}

/** One place where a library was looked for. */
export interface LoadAttempt {
  /** Which rule of the lookup: `path`, `LIBPREDICT_PATH`, the platform package, the workspace build. */
  readonly source: string;
  /** The file, where the rule came to one. */
  readonly path?: string;
  /** Why it gave no library. */
  readonly reason: string;
}

/** No library was found. Lists every place and why it failed. */
export class LoadError extends NativeError {
  override readonly name = "LoadError";

  /** @param tried - every place, in the order of the lookup */
  constructor(readonly tried: readonly LoadAttempt[]) {
    const lines = tried.map(
      (t) => `  ${t.source}${t.path === undefined ? "" : ` (${t.path})`}: ${t.reason}`,
    );
    super("load", `no predict library could be loaded; tried\n${lines.join("\n")}`);
  }
}
