/**
 * Writing to standard output and error. A reader that went away (`… | head -1`) is not an
 * error: the command ends quietly, with the exit code it has so far.
 */
import { exitCodes } from "./exit-codes.js";

/** Makes a closed pipe end the process quietly, and a full disk not. Called once, before anything is written. */
export function endQuietlyOnClosedPipe(): void {
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit(process.exitCode ?? exitCodes.done);
    printNote(`error (output): ${error.message}`);
    process.exit(exitCodes.failed);
  });
  // Nobody is left to tell.
  process.stderr.on("error", () => undefined);
}

/** Writes lines of a result. */
export function printLine(line = ""): void {
  process.stdout.write(`${line}\n`);
}

/** Writes the one JSON document of a `--json` command. */
export function printJson(document: unknown): void {
  process.stdout.write(`${JSON.stringify(document, undefined, 2)}\n`);
}

/** Writes a line that is not part of the result: a warning, a remark. */
export function printNote(line: string): void {
  process.stderr.write(`${line}\n`);
}
