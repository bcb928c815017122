// Writes docs/operators.md: every operator that a model may contain, and what of MXNet 1.9.1 is not
// supported, why, and what to do. Nothing in it is written by hand: it comes from the compiled table
// of operators, from the first comment of each source file, and from the conformance cases.
// Usage: node scripts/operators-page.mjs [--check]     $CC

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { writeWhole } from "./amalgamate.mjs";
import { BuildError, PACKAGE_ROOT } from "./objects.mjs";
import { countCases, probesOf, readCases } from "./operator-probes.mjs";
import { roomsOf } from "./operator-rooms.mjs";
import { DTYPES, withOperatorTable } from "./operator-table.mjs";

export const OUTPUT = join(PACKAGE_ROOT, "..", "..", "docs", "operators.md");
const CONFORMANCE = join(PACKAGE_ROOT, "..", "conformance");
const SOURCES = join(PACKAGE_ROOT, "src", "op");
/** Of a reason with more names than this, only the patterns are shown. */
const MOST_NAMES = 40;

/** @returns {string} The text of docs/operators.md. */
export function operatorsPage() {
  return withOperatorTable(({ operators, refusals, accepted }) => {
    const idOfName = new Map(
      operators.flatMap(({ id, name, aliases }) => [name, ...aliases].map((n) => [n, id])),
    );
    const cases = readCases(join(CONFORMANCE, "cases"));
    const counts = countCases(cases, idOfName);
    const dtypes = accepted(probesOf(cases, idOfName));
    const rooms = roomsOf(SOURCES).map(({ room, title }) => {
      const rows = operators
        .filter((operator) => operator.room === room)
        .sort((a, b) => (a.name.toLowerCase() < b.name.toLowerCase() ? -1 : 1))
        .map((operator) => rowOf(operator, dtypes.get(operator.id), counts.get(operator.id)));
      return rows.length === 0 ? "" : roomText(title, rows);
    });
    const missing = referenceOperators().filter((name) => !idOfName.has(name));
    return page(operators.length, idOfName.size, rooms.join(""), refusalText(refusals, missing));
  });
}

/** @returns {string[]} */
function referenceOperators() {
  return JSON.parse(readFileSync(join(CONFORMANCE, "known", "reference-operators.json"), "utf8"));
}

/** @param {string} title @param {string[]} rows */
function roomText(title, rows) {
  return `
## ${title.charAt(0).toUpperCase()}${title.slice(1)}

| operator | element types | algorithms | cases | what it computes |
|---|---|---|---|---|
${rows.join("\n")}
`;
}

/**
 * @param {import("./operator-table.mjs").Operator} operator
 * @param {ReadonlySet<string> | undefined} dtypes
 * @param {number | undefined} cases
 */
function rowOf({ name, aliases, algorithms, file }, dtypes, cases) {
  const others = aliases.map((alias) => `\`${alias}\``).join(" ");
  const cells = [
    `\`${name}\`${others && ` ${others}`}`,
    typesText(dtypes ?? new Set()),
    algorithms.join(", "),
    String(cases ?? 0),
    `${plain(summaryOf(file, name))} (\`${file}\`)`,
  ];
  return `| ${cells.join(" | ")} |`;
}

/** @param {ReadonlySet<string>} dtypes */
function typesText(dtypes) {
  const lacking = DTYPES.filter((dtype) => !dtypes.has(dtype));
  if (lacking.length === 0) return "all";
  if (lacking.length === 1) return `all but ${lacking[0]}`;
  return DTYPES.filter((dtype) => dtypes.has(dtype)).join(", ") || "not tried";
}

/**
 * The first paragraph of a source file's comment, without the names of the file and, where the
 * operator is what it begins with, of that.
 *
 * @param {string} file
 * @param {string} operator
 */
function summaryOf(file, operator) {
  const comment = /^\/\*([\s\S]*?)\*\//.exec(readFileSync(join(SOURCES, file), "utf8"))?.[1] ?? "";
  const lines = comment.split("\n").map((line) => line.replace(/^\s*\* ?/, "").trim());
  const start = lines.findIndex((line) => line !== "");
  const end = lines.findIndex((line, i) => i > start && line === "");
  const text = lines.slice(start, end < 0 ? undefined : end).join(" ");
  return [`${file} - `, `${operator}: `]
    .reduce((rest, opening) => (rest.startsWith(opening) ? rest.slice(opening.length) : rest), text)
    .replace(/\s+/g, " ");
}

/** Text in which nothing means something to Markdown. @param {string} text */
function plain(text) {
  return text.replace(/[\\`*_{}[\]<>|]/g, (sign) => `\\${sign}`);
}

/**
 * @param {import("./operator-table.mjs").Refusal[]} refusals
 * @param {string[]} missing Names of MXNet's operators that are not in the table.
 */
function refusalText(refusals, missing) {
  /** @type {Map<string, string[]>} By reason. */
  const named = new Map();
  const unnamed = [];
  for (const name of missing) {
    const refusal = refusals.find(({ names }) => names.some((pattern) => fits(pattern, name)));
    if (refusal === undefined) unnamed.push(name);
    else named.set(refusal.reason, [...(named.get(refusal.reason) ?? []), name]);
  }
  const rows = refusals.map(({ names, reason, remedy }) => {
    const known = named.get(reason) ?? [];
    const others = names.filter((pattern) => !pattern.includes("*") && !known.includes(pattern));
    const shown = known.length > MOST_NAMES || known.length === 0 ? names : [...known, ...others];
    const count = known.length > MOST_NAMES ? ` (${known.length} operators)` : "";
    return `| ${code(shown)}${count} | ${plain(reason)} | ${plain(remedy)} |`;
  });
  const rest = `| ${code(unnamed)} | it has not been written | choose an output before it |`;
  return [...rows, ...(unnamed.length > 0 ? [rest] : [])].join("\n");
}

/** @param {string[]} names */
function code(names) {
  return names.map((name) => `\`${name}\``).join(" ");
}

/** As op_refused.c. @param {string} pattern @param {string} name */
function fits(pattern, name) {
  const [head = "", tail] = pattern.split("*");
  if (tail === undefined) return pattern === name;
  return name.length >= head.length + tail.length && name.startsWith(head) && name.endsWith(tail);
}

/** @param {number} operators @param {number} names @param {string} rooms @param {string} refusals */
function page(operators, names, rooms, refusals) {
  return `<!-- @generated by packages/c-api/scripts/operators-page.mjs from the table of operators and the conformance cases. Do not edit; run pnpm generate. -->
# Operators

${operators} operators under ${names} names; \`libpredict check MODEL\` tells which of a model's are not among them. Names behind the first are aliases.

- **Element types** are those that the first input may have (of operators without inputs: the result), found by making a predictor for conformance cases with each type. float16 is computed in float32 and rounded at each node's output.
- **Algorithms** are the ways among which the plan chooses; \`blocked\` works on neighbouring channels at once.
- **Cases** are the conformance cases with a node of the operator, whose results are MXNet 1.9.1's or worked out by hand.
${rooms}
## Not supported

What \`libpredict check\`, \`LPCheckModel\` and the errors of loading say about operators of MXNet 1.9.1 that are not in the tables above.

| operators | because | instead |
|---|---|---|
${refusals}
`;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  try {
    const text = operatorsPage();
    if (!process.argv.includes("--check")) writeWhole(OUTPUT, text);
    else if (readFileSync(OUTPUT, "utf8") !== text)
      throw new BuildError("docs/operators.md is not current; run pnpm generate");
  } catch (error) {
    if (!(error instanceof BuildError)) throw error;
    console.error(error.message);
    process.exitCode = 1;
  }
}
