/** Wraps the body of a command: Ctrl-C, errors, exit code. */
import type { Command } from "commander";
import { type ExitCode, exitCodes } from "./exit-codes.js";
import { interruption } from "./interruption.js";

/** What every command's body gets besides its arguments. */
export interface ActionContext {
  /** Aborts on Ctrl-C. Work that it ends may throw anything. */
  readonly signal: AbortSignal;
}

/**
 * Gives a command its body.
 *
 * @param command - a command with its arguments and options declared
 * @param load - imports the body, so that a command costs only the modules that it needs itself.
 *   The body takes the arguments in order, the options, and the context; gives the exit code.
 *   What it throws is printed, with `--json` as `{ error: { code, message } }`, and means exit code 1
 *   (`UsageError`: 2; anything after Ctrl-C: 130, silently).
 */
export function setAction<A extends unknown[], O extends { readonly json?: boolean }>(
  command: Command,
  load: () => Promise<(parameters: A, options: O, context: ActionContext) => Promise<ExitCode>>,
): void {
  command.action(async (...given: unknown[]) => {
    const signal = interruption();
    const options = given.at(-2) as O;
    try {
      const body = await load();
      const code = await body(given.slice(0, -2) as A, options, { signal });
      process.exitCode = signal.aborted ? exitCodes.interrupted : code;
    } catch (error) {
      if (signal.aborted) {
        process.exitCode = exitCodes.interrupted;
        return;
      }
      const { reportError } = await import("./report-error.js");
      reportError(error, options.json === true);
      process.exitCode = isUsage(error) ? exitCodes.usage : exitCodes.failed;
    }
  });
}

function isUsage(error: unknown): boolean {
  return (error as { code?: unknown }).code === "usage";
}
