/** Predictions as text. */
import { formatShape } from "../quantities.js";
import { errorText, namedReport } from "../report-error.js";
import { printLine, printNote } from "../standard-streams.js";
import { colors } from "../terminal.js";
import { textTable } from "../text-table.js";
import { visibleText } from "../visible-text.js";
import type { ClassScore, OutputSummary, Prediction } from "./prediction.js";
import type { ScoreKind } from "./prediction-session.js";

/** How predictions are printed. */
export interface PrintOptions {
  readonly scores: ScoreKind | undefined;
  /** Whether there is more than one input, so that names are needed. */
  readonly several: boolean;
  /** Width for names where each input takes one line. */
  readonly nameWidth: number;
  /** Whether an input has more than one row. */
  readonly rows: boolean;
}

/** Prints one prediction; a failure goes to standard error. */
export function printPrediction(prediction: Prediction, options: PrintOptions): void {
  if ("error" in prediction) {
    printNote(errorText(namedReport(prediction.input, prediction.error)));
    return;
  }
  if ("outputs" in prediction) {
    printBlock(options.several, prediction.input, outputLines(prediction.outputs));
    return;
  }
  const { input, row, top } = prediction;
  const name = options.rows ? `${input}[${row}]` : input;
  const [only] = top;
  if (options.several && top.length === 1 && only !== undefined) {
    const score = formatScore(only.score, options.scores);
    printLine(`${name.padEnd(options.nameWidth)}  ${score}  ${colors.bold(nameOf(only))}`);
  } else printBlock(options.several, name, classLines(top, options.scores));
}

function printBlock(several: boolean, name: string, lines: readonly string[]): void {
  if (several) printLine(colors.bold(name));
  for (const line of lines) printLine(several ? `  ${line}` : line);
}

function classLines(top: readonly ClassScore[], scores: ScoreKind | undefined): string[] {
  const rows = top.map((guess, place) => [
    formatScore(guess.score, scores),
    place === 0 ? colors.bold(nameOf(guess)) : nameOf(guess),
    guess.label === null ? "" : colors.dim(String(guess.index)),
  ]);
  return textTable([{ title: "", align: "right" }, { title: "" }, { title: "" }], rows);
}

function nameOf({ label, index }: ClassScore): string {
  return label === null ? `class ${index}` : visibleText(label);
}

/** `93.12 %` of probabilities, `12.41` of values. */
function formatScore(score: number, scores: ScoreKind | undefined): string {
  return scores === "values" ? shortNumber(score) : `${(100 * score).toFixed(2).padStart(6)} %`;
}

function outputLines(outputs: readonly OutputSummary[]): string[] {
  const columns = [
    { title: "output" },
    { title: "type" },
    { title: "shape" },
    { title: "min", align: "right" as const },
    { title: "max", align: "right" as const },
    { title: "mean", align: "right" as const },
  ];
  const rows = outputs.map(({ name, dtype, shape, min, max, mean }) => [
    visibleText(name),
    dtype,
    formatShape(shape),
    ...[min, max, mean].map((value) => (value === null ? "none" : shortNumber(value))),
  ]);
  const lines = textTable(columns, rows, colors.dim);
  for (const { name, values } of outputs) {
    const all = [values].flat(64) as (number | string | boolean)[];
    if (values !== null && all.length <= mostShown)
      lines.push(
        `${colors.dim(`${visibleText(name)}:`)} ${all.map((v) => (typeof v === "number" ? shortNumber(v) : v)).join(" ")}`,
      );
  }
  return lines;
}

/** Elements that are printed after the table. */
const mostShown = 16;

/** Four significant digits. */
function shortNumber(value: number): string {
  return String(Number(value.toPrecision(4)));
}
