/** Prints a failure: `error (code): what happened`, then what to do next. */
import { LoadError, PredictError } from "@libpredict/core";
import { NativeError, LoadError as NativeLoadError } from "@libpredict/ffi";
import { CommandError } from "./command-errors.js";
import { printJson, printNote } from "./standard-streams.js";
import { errorColors } from "./terminal.js";
import { visibleText } from "./visible-text.js";

/** A failure as `--json` writes it. */
export interface ErrorReport {
  readonly code: string;
  readonly message: string;
  /** What to do next, where there is something. */
  readonly hint?: string;
  /** Where something was looked for, if it was not found. */
  readonly tried?: LoadError["tried"];
}

/** What is known about an error, whatever threw it. */
export function describeError(error: unknown): ErrorReport {
  const report = reportOf(error);
  // Which C function it was helps nobody here.
  return {
    ...report,
    message: report.message.replace(/\b(LP|MX)[A-Z]\w+: /g, "").replace(apiAdvice, ""),
  };
}

/** What core advises those who write programs. */
const apiAdvice =
  /; files of other names, and models without parameters, are loaded with \{ symbolFile, paramsFile \}|, or \{ symbolFile, paramsFile \}/g;

function reportOf(error: unknown): ErrorReport {
  if (error instanceof LoadError || error instanceof NativeLoadError) {
    const { code, message, tried } = error;
    const forLibrary = tried.some(
      ({ source }) => source === "path" || source === "LIBPREDICT_PATH",
    );
    const graph = tried.find(({ source }) => source === "symbol");
    const hint = forLibrary ? loadHints.library : graph && modelHint(graph.reason === "found");
    return withHint({ code, message, tried }, hint);
  }
  if (error instanceof CommandError)
    return withHint({ code: error.code, message: error.message }, error.hint);
  if (error instanceof PredictError || error instanceof NativeError)
    return withHint({ code: error.code, message: error.message }, hints[error.code]);
  const { code, message } = error as NodeJS.ErrnoException;
  // Node's errors of files name the file.
  if (typeof code === "string") return { code: "file", message };
  return { code: "internal", message: error instanceof Error ? error.message : String(error) };
}

const loadHints = {
  library: "libpredict doctor says what is wrong and how to mend it.",
  graph:
    "A model is named by its path without the endings -symbol.json and -0000.params, or by its symbol file; it comes before the inputs.",
  params:
    "A file of parameters with another name is given by --params; predict --no-params needs none.",
} as const;

function modelHint(graphFound: boolean): string {
  return graphFound ? loadHints.params : loadHints.graph;
}

function withHint(report: ErrorReport, hint: string | undefined): ErrorReport {
  return hint === undefined ? report : { ...report, hint };
}

const hints: Readonly<Record<string, string>> = {
  attribute: "libpredict check MODEL lists everything that is in the way.",
  unsupported: "libpredict check MODEL lists everything that is not supported.",
  name: "libpredict inspect MODEL lists inputs and layers.",
  params: "The file is damaged, or no file of MXNet's arrays: copy or download it again.",
  symbol: "The file is damaged, or no graph of MXNet's: copy or download it again.",
  missing: "libpredict inspect MODEL lists inputs and parameters.",
};

/** Prints an error to standard error, and with `json` as a document to standard output too. */
export function reportError(error: unknown, json: boolean): void {
  const report = describeError(error);
  if (json) printJson({ error: report });
  printNote(errorText(report));
  if (process.env["LIBPREDICT_DEBUG"] && error instanceof Error) printNote(error.stack ?? "");
}

/** The report with the name of what failed in its message, unless it is there already. */
export function namedReport(name: string, report: ErrorReport): ErrorReport {
  const { message } = report;
  return message.includes(name) ? report : { ...report, message: `${name}: ${message}` };
}

/** Characters of a message that are shown; `--json` has all. */
const shownMessage = 600;

/** The lines of an error. */
export function errorText({ code, message, hint }: ErrorReport): string {
  const c = errorColors;
  const cut = message.length > shownMessage ? `${message.slice(0, shownMessage)}…` : message;
  const shown = cut.split("\n").map(visibleText).join("\n");
  const head = `${c.red("error")} ${c.dim(`(${code})`)}: ${shown}`;
  return hint === undefined ? head : `${head}\n${hint}`;
}
