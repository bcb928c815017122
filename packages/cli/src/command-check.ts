/** `libpredict check`: everything in a model that the engine cannot run, at once. */
import { loadLibrary } from "@libpredict/ffi";
import type { Command } from "commander";
import { checkSymbol, type Finding } from "./check-symbol.js";
import { exitCodes } from "./exit-codes.js";
import { groupBy } from "./group-by.js";
import { setAction } from "./run-action.js";
import { type JsonOption, type LibraryOption, withJson, withLibrary } from "./shared-options.js";
import { printJson, printLine } from "./standard-streams.js";
import { readSymbolFile } from "./symbol-file.js";
import { colors } from "./terminal.js";
import { textTable } from "./text-table.js";

/** Nodes named in one row; `--json` names all. */
const shownNodes = 6;

/** Registers `check MODEL`. */
export function addCheckCommand(program: Command): void {
  const command = program
    .command("check")
    .summary("list everything in a model that cannot run")
    .description(
      "Lists every operator, mode and attribute of a model that the engine cannot run, and attributes that it ignores. Needs the symbol file only.",
    )
    .argument("<model>", "path of a model without the endings, or its -symbol.json")
    .addHelpText(
      "after",
      `
Examples:
  libpredict check models/resnet50
  libpredict check models/resnet50-symbol.json --json

Exit code 1 if the model cannot run.`,
    );
  withJson(withLibrary(command));
  setAction(command, async ([model]: [string], options: JsonOption & LibraryOption) => {
    const symbol = await readSymbolFile(model);
    const library = loadLibrary(options.library === undefined ? {} : { path: options.library });
    const { errors, warnings } = checkSymbol(library, symbol.content);
    if (options.json)
      printJson({ symbol: symbol.path, runs: errors.length === 0, errors, warnings });
    else printFindings(symbol.path, errors, warnings);
    return errors.length === 0 ? exitCodes.done : exitCodes.failed;
  });
}

function printFindings(
  path: string,
  errors: readonly Finding[],
  warnings: readonly Finding[],
): void {
  const { bold, green, red, yellow } = colors;
  if (errors.length === 0)
    printLine(`${green("ok")}  ${bold(path)}: everything in it is supported`);
  else printLine(`${red("no")}  ${bold(path)} cannot run`);
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
  const columns = [
    { title: "operator" },
    { title: "nodes", align: "right" as const },
    { title: "problem" },
    { title: "where" },
  ];
  for (const line of textTable(columns, rows, colors.dim)) printLine(`  ${line}`);
}

/** One row for each sentence about an operator, with the nodes it is about. */
function rowsOf(op: string, findings: readonly Finding[]): string[][] {
  const bySentence = groupBy(findings, (finding) => sentenceOf(finding));
  return [...bySentence].map(([sentence, group], i) => {
    const names = group.slice(0, shownNodes).map((finding) => finding.node);
    const rest = group.length - names.length;
    if (rest > 0) names.push(`and ${rest} more`);
    return [i === 0 ? op : "", String(group.length), sentence, names.join(", ")];
  });
}

/** The engine's sentence without the words that the table says already. */
function sentenceOf({ text, node, op }: Finding): string {
  const start = `Error in operator ${node} (${op}): `;
  return text.startsWith(start) ? text.slice(start.length) : text;
}
