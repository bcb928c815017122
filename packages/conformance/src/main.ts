/** `npm run conformance`: the runner's command line; {@link usage} says what it takes. */

import { mkdirSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { loadLibrary } from "@libpredict/ffi";
import { parseArgsStringToArgv } from "string-argv";
import { casesFolder, readCases } from "./case-files.js";
import type { CaseSpec } from "./case-format.js";
import { readKnownDifferences } from "./known-differences.js";
import { languageHarnesses } from "./language-harnesses.js";
import { runLevels } from "./level-runs.js";
import { longestAnswerMs, matrixPairs, type PairReport, runPair } from "./matrix.js";
import { matrixPage, tabulate } from "./matrix-table.js";
import {
  findReference,
  knownReferenceDifferences,
  oneDnnEnvironment,
  referenceEnvironment,
} from "./mxnet-reference.js";
import { networkHead, networkLine, runNetworks } from "./networks-command.js";
import { runSuite, type SuiteReport, wrongOutcomes } from "./suite-runner.js";
import { summarise } from "./summary.js";

const usage = `usage: npm run conformance -- [--all | --only BINDING,... | --levels] [--filter TEXT] [--json FILE]
       npm run conformance -- --models small|all [--reference | --library FILE] [--filter TEXT] [--json FILE]
       npm run conformance -- --harness "COMMAND" [--library FILE | --reference | --compiled-in] [...]

Without options: the TypeScript binding and plain calls, with libpredict and, where
LIBPREDICT_REFERENCE_PYTHON names a Python that has it, with MXNet 1.9.1.

  --all               every binding with every library; writes docs/conformance.md and .json
  --only NAMES        only these bindings: ${languageHarnesses.map((one) => one.language).join(", ")}
  --levels            plain calls at every level of the library's kernels that can run here, and
                      WebAssembly with and without relaxed SIMD
  --filter TEXT       only cases whose id contains TEXT
  --every N           only every Nth case, of all groups
  --json FILE         the results, case by case

  --models small|all  whole networks with random weights, against what MXNet 1.9.1 answered; those
                      that are not in the cache are made (README.md, "Whole networks")

  --harness COMMAND   any program that speaks the protocol; the library's path is added to it
  --library FILE      the library it loads; default: libpredict, as the bindings find it
  --compiled-in       the harness has its library inside: no path is added to the command
  --reference         MXNet's library instead, with its environment and known differences
  --known FILE        known differences of that library
  --environment N=V   a variable for the harness; may be given several times
  --cases FOLDER      other cases than this repository's
  --timeout MS        longest wait for one answer; default ${longestAnswerMs}

A path is read from where the command was called. The last line counts what passed and failed.
Exit code: 0 every case passes or differs as listed; 1 not so; 2 the arguments are unusable, or
the harness does not start.
`;

const docs = fileURLToPath(new URL("../../../docs/", import.meta.url));
/** npm and pnpm change into the package; paths and harnesses are the caller's. */
const callersFolder = process.env["INIT_CWD"] ?? process.cwd();

/** Arguments that mean nothing; the message says which. */
class UsageError extends Error {}

function parse() {
  try {
    return parseArgs({
      options: {
        all: { type: "boolean", default: false },
        only: { type: "string" },
        levels: { type: "boolean", default: false },
        models: { type: "string" },
        filter: { type: "string" },
        every: { type: "string" },
        json: { type: "string" },
        harness: { type: "string" },
        library: { type: "string" },
        "compiled-in": { type: "boolean", default: false },
        reference: { type: "boolean", default: false },
        known: { type: "string" },
        environment: { type: "string", multiple: true, default: [] },
        cases: { type: "string" },
        timeout: { type: "string" },
        help: { type: "boolean", short: "h", default: false },
      },
    }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

type Options = ReturnType<typeof parse>;

/** Runs a harness of the caller's. */
async function runHarness(options: Options, command: string): Promise<SuiteReport> {
  const timeoutMs = Number(options.timeout ?? longestAnswerMs);
  if (!(timeoutMs > 0)) {
    throw new UsageError(`--timeout takes milliseconds, not ${options.timeout}`);
  }
  const own = options.environment.map((pair): [string, string] => {
    const [, name, value] = /^([^=]+)=(.*)$/s.exec(pair) ?? [];
    if (name === undefined || value === undefined) {
      throw new UsageError(`--environment takes NAME=value, not ${pair}`);
    }
    return [name, value];
  });
  const known = options.reference
    ? knownReferenceDifferences()
    : options.known === undefined
      ? undefined
      : readKnownDifferences(resolve(callersFolder, options.known));
  return runSuite({
    command: [
      ...parseArgsStringToArgv(command),
      ...(options["compiled-in"] ? [] : [libraryPath(options)]),
    ],
    cwd: callersFolder,
    timeoutMs,
    environment: {
      ...(options.reference ? referenceEnvironment : {}),
      ...Object.fromEntries(own),
    },
    cases: filteredCases(options),
    ...(options.reference ? { oneDnnEnvironment } : {}),
    ...(options.filter === undefined ? {} : { filter: options.filter }),
    ...(known === undefined ? {} : { known }),
  });
}

/** All cases, or every Nth; the filter comes later, but must leave some of all. */
function filteredCases(options: Options): CaseSpec[] {
  const { cases, filter = "" } = options;
  const all = readCases(cases === undefined ? casesFolder : resolve(callersFolder, cases));
  if (!all.some(({ id }) => id.includes(filter))) {
    throw new UsageError(`--filter: no id of the ${all.length} cases contains "${filter}"`);
  }
  const every = Number(options.every ?? 1);
  if (!(Number.isInteger(every) && every > 0)) {
    throw new UsageError(`--every takes a whole number from 1 up, not ${options.every}`);
  }
  return all.filter((_, position) => position % every === 0);
}

function libraryPath({ reference, library }: Options): string {
  if (!reference) {
    return library === undefined ? loadLibrary().path : resolve(callersFolder, library);
  }
  const found = findReference();
  if ("missing" in found) {
    throw new UsageError(`--reference: ${found.missing}`);
  }
  return found.library;
}

/** Options that mean nothing without a harness of the caller's, and --all beside --only. */
function refuseHarnessOptions(options: Options): void {
  const { library, reference, known, environment, cases, timeout, all, only } = options;
  const given = {
    library,
    "compiled-in": options["compiled-in"],
    reference,
    known,
    environment: environment[0],
    cases,
    timeout,
  };
  for (const [name, value] of Object.entries(given)) {
    if (value !== undefined && value !== false) {
      throw new UsageError(`--${name} goes with --harness`);
    }
  }
  if (Number(all) + Number(only !== undefined) + Number(options.levels) > 1) {
    throw new UsageError("--all, --only and --levels go one without the other");
  }
}

/** Runs bindings of this repository, a few pairs at a time. */
async function runBindings(options: Options): Promise<PairReport[]> {
  const names = options.all
    ? languageHarnesses.map(({ language }) => language)
    : (options.only?.split(",") ?? ["TypeScript", "raw calls"]);
  const chosen = names.map((name) => {
    const found = languageHarnesses.find(
      (one) => one.language.toLowerCase() === name.toLowerCase(),
    );
    if (found === undefined) {
      const known = languageHarnesses.map(({ language }) => language).join(", ");
      throw new UsageError(`--only: there is no binding "${name}"; there are ${known}`);
    }
    return found;
  });
  const cases = filteredCases(options);
  const pairs = matrixPairs(chosen);
  const reports: PairReport[] = [];
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < pairs.length) {
      const position = next++;
      const pair = pairs[position];
      if (pair !== undefined) {
        const report = await runPair(pair.harness, pair.library, cases, options.filter);
        reports[position] = report;
        console.log(describePair(report));
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(4, availableParallelism()) }, work));
  return reports;
}

function describePair({ language, library, result }: PairReport): string {
  return "missing" in result
    ? `skipped: ${language} with ${library}: ${result.missing}`
    : summarise(result.report);
}

/** Writes the page, unless it would say less than the one that is there. */
function writeDocs(options: Options, pairs: readonly PairReport[]): void {
  const missing = pairs.filter(({ result }) => "missing" in result);
  if (options.filter !== undefined || options.every !== undefined || missing.length > 0) {
    console.log("docs/conformance.md is left as it is: not everything was run");
    return;
  }
  const table = tabulate(pairs, readCases().length, knownReferenceDifferences());
  writeFileSync(`${docs}conformance.md`, matrixPage(table));
  writeFileSync(`${docs}conformance.json`, `${JSON.stringify(table, undefined, 2)}\n`);
  console.log("wrote docs/conformance.md and docs/conformance.json");
}

function writeJson(options: Options, content: unknown): void {
  if (options.json !== undefined) {
    const path = resolve(callersFolder, options.json);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, `${JSON.stringify(content, undefined, 1)}\n`);
  }
}

/** Whole networks with one library. */
async function runModels(options: Options): Promise<number> {
  const { models, reference, filter = "" } = options;
  if (options.all || options.levels || options.only !== undefined || options.every !== undefined) {
    throw new UsageError("--models goes without --all, --only, --levels and --every");
  }
  if (models !== "small" && models !== "all") {
    throw new UsageError(`--models takes small or all, not ${models}`);
  }
  let lines = 0;
  const results = await runNetworks({
    library: libraryPath(options),
    isReference: reference,
    onlySmall: models === "small",
    filter,
    report: (result) => {
      if (lines++ === 0) console.log(networkHead);
      console.log(networkLine(result));
    },
  });
  if (results.length === 0) throw new UsageError(`--filter: no network contains "${filter}"`);
  writeJson(options, results);
  const count = (verdict: string): number =>
    results.filter((result) => result.verdict === verdict).length;
  const skipped = count("skipped");
  const failed = count("fails") + (process.env["LIBPREDICT_REQUIRE_ALL"] === "1" ? skipped : 0);
  console.log(`${count("agrees")} of ${results.length} networks agree, ${skipped} skipped`);
  console.log(`${count("agrees")} passed, ${failed} failed`);
  return failed === 0 ? 0 : 1;
}

/** The line that counts, and the exit code. */
function conclude(reports: readonly SuiteReport[], skips: number): number {
  const sum = (of: (report: SuiteReport) => number): number =>
    reports.reduce((total, report) => total + of(report), 0);
  const passed = sum(({ counts }) => counts.pass + counts.known);
  const wrong = sum(
    ({ counts, problems }) =>
      problems.length + wrongOutcomes.reduce((total, outcome) => total + counts[outcome], 0),
  );
  const failed = wrong + (process.env["LIBPREDICT_REQUIRE_ALL"] === "1" ? skips : 0);
  console.log(`${passed} passed, ${failed} failed`);
  return failed === 0 ? 0 : 1;
}

async function main(): Promise<number> {
  const options = parse();
  if (options.help) {
    process.stdout.write(usage);
    return 0;
  }
  if (options.harness !== undefined) {
    if (options.all || options.only !== undefined || options.levels) {
      throw new UsageError("--harness goes without --all, --only and --levels");
    }
    const report = await runHarness(options, options.harness);
    console.log(summarise(report));
    writeJson(options, report);
    return conclude([report], 0);
  }
  if (options.models !== undefined) {
    return runModels(options);
  }
  refuseHarnessOptions(options);
  if (options.levels) {
    const { levels, notes } = await runLevels(
      filteredCases(options),
      options.filter,
      (name, report) => console.log(`${name}: ${summarise(report)}`),
    );
    for (const note of notes) {
      console.log(note);
    }
    writeJson(options, levels);
    return conclude(
      levels.map(({ report }) => report),
      0,
    );
  }
  const pairs = await runBindings(options);
  if (options.all) {
    writeDocs(options, pairs);
  }
  writeJson(options, pairs);
  const reports = pairs.flatMap(({ result }) => ("report" in result ? [result.report] : []));
  return conclude(reports, pairs.length - reports.length);
}

try {
  process.exitCode = await main();
} catch (error) {
  const text = error instanceof Error ? error.message : String(error);
  console.error(error instanceof UsageError ? `${text}\n--help tells more` : text);
  process.exitCode = 2;
}
