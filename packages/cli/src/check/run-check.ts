/** Runs `libpredict check`: asks the engine about the graph, reads the parameters, prints the findings. */
import type { Backend } from "@libpredict/core";
import { loadLibrary } from "@libpredict/ffi";
import { chosenBackend } from "../chosen-backend.js";
import { type ExitCode, exitCodes } from "../exit-codes.js";
import { groupBy } from "../group-by.js";
import { type ChosenParameters, openModel } from "../inspect/open-model.js";
import type { JsonOption, LibraryOption } from "../shared-options.js";
import { printJson, printLine } from "../standard-streams.js";
import { readSymbolFile } from "../symbol-file.js";
import { colors } from "../terminal.js";
import { textTable } from "../text-table.js";
import { visibleText } from "../visible-text.js";
import { checkSymbol, type Finding } from "./check-symbol.js";

/** Nodes named in one row; `--json` names all. */
const shownNodes = 6;

/** The body of the command. */
export async function runCheck(
  [model]: [string],
  options: JsonOption & LibraryOption & ChosenParameters,
): Promise<ExitCode> {
  const symbol = await readSymbolFile(model);
  const library = loadLibrary(options.library === undefined ? {} : { path: options.library });
  const { errors, warnings } = checkSymbol(library, symbol.content);
  const runs = errors.length === 0;
  const names = runs ? await namesOf(model, options, chosenBackend(options)) : noNames;
  if (options.json) printJson({ symbol: symbol.path, runs, errors, warnings, ...names });
  else printFindings(symbol.path, errors, warnings, names);
  return runs ? exitCodes.done : exitCodes.failed;
}

/** What is known of a model once its parameters are read. */
interface ModelNames {
  /** Whether there is a file of parameters; null where nobody looked. */
  readonly parameters: boolean | null;
  /** Null without parameters: weights and inputs cannot be told apart then. */
  readonly inputs: readonly string[] | null;
  readonly outputs: readonly string[] | null;
}

const noNames: ModelNames = { parameters: null, inputs: null, outputs: null };

/** Reads the parameters too, where there are any: a damaged file is an error as well. */
async function namesOf(
  source: string,
  chosen: ChosenParameters,
  backend: Backend,
): Promise<ModelNames> {
  const { model, files } = await openModel(source, chosen, backend);
  const parameters = files.hasParameters;
  const names = { parameters, inputs: parameters ? model.inputs : null, outputs: model.outputs };
  model.dispose();
  return names;
}

function printFindings(
  path: string,
  errors: readonly Finding[],
  warnings: readonly Finding[],
  { parameters, inputs, outputs }: ModelNames,
): void {
  const { bold, green, red, yellow } = colors;
  if (errors.length > 0) printLine(`${red("no")}  ${bold(path)} cannot run`);
  else {
    printLine(`${green("ok")}  ${bold(path)}: everything in it is supported`);
    const without = "no file, so that missing weights would not be noticed";
    const facts = [
      ["inputs", inputs?.map(visibleText).join(", ")],
      ["outputs", outputs?.map(visibleText).join(", ")],
      ["parameters", parameters ? undefined : without],
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

/** Two rows for each sentence about an operator: the sentence, and the nodes that it is about. */
function rowsOf(op: string, findings: readonly Finding[]): string[][] {
  const bySentence = groupBy(findings, (finding) => sentenceOf(finding));
  return [...bySentence].flatMap(([sentence, group], i) => {
    const names = group.slice(0, shownNodes).map((finding) => visibleText(finding.node));
    const rest = group.length - names.length;
    if (rest > 0) names.push(`and ${rest} more`);
    return [
      [i === 0 ? visibleText(op) : "", String(group.length), visibleText(sentence)],
      ["", "", colors.dim(names.join(", "))],
    ];
  });
}

/** The engine's sentence without the words that the table says already. */
function sentenceOf({ text, node, op }: Finding): string {
  const start = `Error in operator ${node} (${op}): `;
  return text.startsWith(start) ? text.slice(start.length) : text;
}
