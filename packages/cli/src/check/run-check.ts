/** Runs `libpredict check`: asks the engine about the graph, reads the parameters, makes a predictor, prints the findings. */
import type { Backend, Model } from "@libpredict/core";
import { loadLibrary } from "@libpredict/ffi";
import { chosenBackend } from "../chosen-backend.js";
import { UsageError } from "../command-errors.js";
import { type ExitCode, exitCodes } from "../exit-codes.js";
import { groupBy } from "../group-by.js";
import {
  chooseShapes,
  type GivenInputs,
  type InputShapes,
  readGivenInputs,
  statedShapes,
} from "../inspect/input-shapes.js";
import { type ChosenParameters, openModel } from "../inspect/open-model.js";
import type { InputsOption, JsonOption, LibraryOption } from "../shared-options.js";
import { printJson, printLine } from "../standard-streams.js";
import { readSymbolFile } from "../symbol-file.js";
import { colors } from "../terminal.js";
import { textTable } from "../text-table.js";
import { visibleText } from "../visible-text.js";
import { checkSymbol, type Finding } from "./check-symbol.js";
import { checkPredictor, missingWeights } from "./check-weights.js";

/** Nodes named in one row; `--json` names all. */
const shownNodes = 6;

/** The body of the command. */
export async function runCheck(
  [model]: [string],
  options: JsonOption & LibraryOption & ChosenParameters & InputsOption,
): Promise<ExitCode> {
  const symbol = await readSymbolFile(model);
  const library = loadLibrary(options.library === undefined ? {} : { path: options.library });
  const { errors: ofGraph, warnings, weights } = checkSymbol(library, symbol.content);
  const given = await readGivenInputs(options.input ?? []);
  const opened =
    ofGraph.length === 0
      ? await checkOpened(model, options, chosenBackend(options), weights, given)
      : notOpened;
  const { findings, ...facts } = opened;
  const errors = [...ofGraph, ...findings];
  const runs = errors.length === 0;
  if (options.json) printJson({ symbol: symbol.path, runs, errors, warnings, weights, ...facts });
  else printFindings(symbol.path, errors, warnings, facts);
  return runs ? exitCodes.done : exitCodes.failed;
}

/** What is known of a model once its parameters are read. */
interface ModelFacts {
  /** Whether there is a file of parameters; null where nobody looked. */
  readonly parameters: boolean | null;
  /** Null without parameters: weights and inputs cannot be told apart then. */
  readonly inputs: readonly string[] | null;
  readonly outputs: readonly string[] | null;
  /** The shapes that a predictor was made for; null: shapes and types were not checked. */
  readonly shapes: InputShapes | null;
}

const notOpened: ModelFacts & { readonly findings: readonly Finding[] } = {
  parameters: null,
  inputs: null,
  outputs: null,
  shapes: null,
  findings: [],
};

/** Reads the parameters too, where there are any: a damaged file is an error as well. */
async function checkOpened(
  source: string,
  chosen: ChosenParameters,
  backend: Backend,
  weights: readonly string[],
  given: GivenInputs,
): Promise<ModelFacts & { readonly findings: readonly Finding[] }> {
  const { model, symbol, files } = await openModel(source, chosen, backend);
  try {
    const parameters = files.hasParameters;
    const shapes = shapesOf(source, model, symbol, given, parameters);
    const unread = parameters
      ? missingWeights(weights, model).filter(({ node }) => !Object.hasOwn(given.shapes, node))
      : [];
    const made = shapes ? checkPredictor(model, shapes, given.arrays, parameters) : [];
    const known = new Set(unread.map(({ node }) => node));
    const others = made.filter(
      ({ node }) => !known.has(node) && !Object.hasOwn(given.shapes, node),
    );
    const inputs = parameters ? model.inputs.filter((name) => !known.has(name)) : null;
    return { parameters, inputs, outputs: model.outputs, shapes, findings: [...unread, ...others] };
  } finally {
    model.dispose();
  }
}

/** The shapes to make a predictor for; null where they are not known and nobody gives one. */
function shapesOf(
  source: string,
  model: Model,
  symbol: Uint8Array,
  given: GivenInputs,
  hasParameters: boolean,
): InputShapes | null {
  const command = `libpredict check ${source}`;
  try {
    const stated = statedShapes(symbol);
    return chooseShapes(command, model.inputs, given.shapes, stated, hasParameters);
  } catch (error) {
    if (error instanceof UsageError) return null;
    throw error;
  }
}

function printFindings(
  path: string,
  errors: readonly Finding[],
  warnings: readonly Finding[],
  { parameters, inputs, outputs, shapes }: ModelFacts,
): void {
  const { bold, green, red, yellow } = colors;
  if (errors.length > 0) printLine(`${red("no")}  ${bold(path)} cannot run`);
  else {
    printLine(`${green("ok")}  ${bold(path)}: everything in it is supported`);
    const without = "no file, so that missing weights would not be noticed";
    const example = `--input ${visibleText(inputs?.[0] ?? "data")}=1,3,224,224`;
    const facts = [
      ["inputs", inputs?.map(visibleText).join(", ")],
      ["outputs", outputs?.map(visibleText).join(", ")],
      ["parameters", parameters ? undefined : without],
      ["shapes", shapes ? undefined : `not checked; ${example} does, with your sizes`],
    ].filter((fact): fact is [string, string] => fact[1] !== undefined);
    const rows = facts.map(([label, value]) => [colors.dim(label), value]);
    for (const line of textTable([{ title: "" }, { title: "" }], rows)) printLine(`    ${line}`);
  }
  printGroup(red("errors"), errors);
  printGroup(yellow("warnings"), warnings);
}

function printGroup(title: string, findings: readonly Finding[]): void {
  if (findings.length === 0) return;
  printLine();
  printLine(title);
  const rows = [...groupBy(findings, (finding) => finding.op)].flatMap(([op, group]) =>
    rowsOf(op, group),
  );
  const columns = [{ title: "operator" }, { title: "nodes" }, { title: "problem and where" }];
  for (const line of textTable(columns, rows, colors.dim)) printLine(`  ${line}`);
}

/** Rows for each sentence about an operator: the sentence, what to do, and the nodes that it is about. */
function rowsOf(op: string, findings: readonly Finding[]): string[][] {
  const bySentence = groupBy(findings, (finding) => sentenceOf(finding));
  return [...bySentence].flatMap(([sentence, group], i) => {
    const names = group.slice(0, shownNodes).map((finding) => visibleText(finding.node));
    const rest = group.length - names.length;
    const remedy = group[0]?.remedy;
    if (rest > 0) names.push(`and ${rest} more`);
    return [
      [i === 0 ? titleOf(op) : "", String(group.length), visibleText(sentence)],
      ...(remedy === undefined ? [] : [["", "", `→ ${remedy}`]]),
      ["", "", colors.dim(names.join(", "))],
    ].filter(([first, second, third]) => first || second || third);
  });
}

/** How the table calls an operator; variables have none, and some errors are about no node. */
function titleOf(op: string): string {
  return op === "null" ? "(parameter)" : op === "" ? "(graph)" : visibleText(op);
}

/** The engine's sentence without the words that the table says already. */
function sentenceOf({ code, text, node, op }: Finding): string {
  if (code === "missing") return text.replace(` '${node}'`, "");
  const start = `Error in operator ${node} (${op}): `;
  return text.startsWith(start) ? text.slice(start.length) : text;
}
