/** Errors that a command itself finds; what the engine finds is a `PredictError`. */

/** A failure with a code and, where there is one, a next step. */
export class CommandError extends Error {
  override readonly name: string = "CommandError";

  /**
   * @param code - a word for the kind of failure, such as `file`
   * @param message - what, where, expected and actual
   * @param hint - what to do next, as a sentence
   */
  constructor(
    readonly code: string,
    message: string,
    readonly hint?: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** Wrong arguments: exit code 2. */
export class UsageError extends CommandError {
  override readonly name = "UsageError";

  /** @param message - which argument, and what is wrong with it */
  constructor(message: string, hint?: string) {
    super("usage", message, hint);
  }
}
