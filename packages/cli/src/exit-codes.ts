/** How a command ends, as its process's exit code. Documented in the README and in `--help`. */

/** Exit codes of every command. */
export const exitCodes = {
  /** Done. */
  done: 0,
  /** What was asked for failed: a damaged model, an operator that is missing, a difference. */
  failed: 1,
  /** The arguments are wrong; nothing was done. */
  usage: 2,
  /** Ctrl-C. */
  interrupted: 130,
} as const;

/** One of {@link exitCodes}. */
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];
