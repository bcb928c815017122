/** Runs `libpredict doctor`: gathers the facts and prints them. */
import { basename } from "node:path";
import { type ExitCode, exitCodes } from "../exit-codes.js";
import { formatDuration, formatRoundCount } from "../quantities.js";
import type { JsonOption, LibraryOption } from "../shared-options.js";
import { printJson, printLine } from "../standard-streams.js";
import { colors } from "../terminal.js";
import { textTable } from "../text-table.js";
import { collectReport } from "./collect-report.js";
import type { DoctorReport, EngineFacts, MachineFacts } from "./doctor-report.js";
import { publishedDifferences } from "./published-library.js";

/** The body of the command. */
export async function runDoctor(_none: [], options: JsonOption & LibraryOption): Promise<ExitCode> {
  const report = await collectReport(options.library);
  if (options.json) printJson(report);
  else printReport(report);
  return report.ok ? exitCodes.done : exitCodes.failed;
}

type Row = readonly [label: string, value: string];

function printReport(report: DoctorReport): void {
  const { machine, runtime, environment } = report;
  printLine(colors.bold(`libpredict ${report.version}`));
  printSection("engine", [...engineRows(report.engine), ...publishedRows(report)]);
  printSection("machine", machineRows(machine));
  printSection("node", [
    ["version", `${runtime.node} (needs ${runtime.nodeRange})`],
    ["koffi", runtime.koffi ?? "not found"],
    ["sharp", runtime.sharp ?? runtime.sharpFailure ?? ""],
    ["runs at once", `${runtime.threadPoolSize} (libuv's threads)`],
  ]);
  printSection(
    "environment",
    Object.entries(environment).map(([name, value]): Row => [name, value ?? colors.dim("not set")]),
  );
  printSection("self test", selfTestRows(report));
  printProblems(report);
}

function printSection(title: string, rows: readonly Row[]): void {
  printLine();
  printLine(colors.bold(title));
  const cells = rows.map(([label, value]) => [colors.dim(label), value]);
  // One width for all sections, as long as labels are short.
  cells.push([" ".repeat(18), ""]);
  for (const line of textTable([{ title: "" }, { title: "" }], cells).slice(0, -1))
    printLine(`  ${line}`);
}

function engineRows(engine: EngineFacts): Row[] {
  const { isa, source, cpus, vectors, threads, blas } = engine.build;
  const rows: Row[] = [["library", engine.path ?? colors.red("none")]];
  if (engine.source !== null) rows.push(["found by", engine.source]);
  for (const { source: rule, path, reason } of engine.tried)
    rows.push([
      rows.some(([label]) => label === "not found by") ? "" : "not found by",
      `${rule}${path === undefined ? "" : ` (${path})`}: ${reason}`,
    ]);
  if (engine.version !== null)
    rows.push(["version", engine.version + (source === undefined ? "" : `, source ${source}`)]);
  if (isa !== undefined)
    rows.push([
      "kernels",
      [isa, ...Object.entries({ vectors, threads, blas }).map(yesOrNo)].join(", "),
    ]);
  if (cpus !== undefined) rows.push(["threads in a run", `${cpus} by default`]);
  return rows;
}

function publishedRows({ engine, machine }: DoctorReport): Row[] {
  const { published } = engine;
  if (published === null) return [];
  const { manifest, glibc, sha256 } = published;
  const differs = publishedDifferences(published, engine.build["source"]).length > 0;
  const same = differs ? colors.yellow("no, see below") : `yes, SHA-256 ${sha256.slice(0, 16)}…`;
  const rows: Row[] = [["as published", `${same} (${basename(manifest)} beside it)`]];
  if (glibc !== null) rows.push(["needs", `glibc ${glibc} (here: ${machine.libc ?? "none"})`]);
  return rows;
}

function yesOrNo([name, value]: [string, string | undefined]): string {
  const word = name === "blas" ? "BLAS" : name;
  return value === "yes" ? word : value === "no" ? `no ${word}` : `${word}: ${value ?? "unknown"}`;
}

function machineRows(machine: MachineFacts): Row[] {
  const { instructionSets: sets, cgroupProcessors: quota } = machine;
  const libc = machine.libc === null ? "" : `, ${machine.libc}`;
  return [
    ["system", `${machine.platform} ${machine.architecture}${libc}`],
    ["processor", machine.processor],
    ["processors", `${machine.usableProcessors} of ${machine.processors} usable`],
    ["container limit", quota === null ? "none" : `${quota} processors`],
    ["instruction sets", sets === null ? "not known on this system" : sets.join(" ")],
  ];
}

function selfTestRows({ selfTest }: DoctorReport): Row[] {
  if (selfTest === null) return [["not run", "there is no library"]];
  const { green, red } = colors;
  return selfTest.checks.map(({ name, ok, failure }): Row => {
    if (!ok) return [name, `${red("failed")}: ${failure}`];
    const { convolutionMs: ms, multiplyAddsPerSecond: rate, threads } = selfTest;
    if (name !== "speed" || ms === null || rate === null) return [name, green("right")];
    const using = threads === null ? "" : ` on ${threads} thread${threads === 1 ? "" : "s"}`;
    return [
      name,
      `${formatRoundCount(rate)} multiply-adds/s${using} (a 3×3 convolution, 64×56×56, in ${formatDuration(ms)})`,
    ];
  });
}

function printProblems({ problems }: DoctorReport): void {
  printLine();
  if (problems.length === 0) printLine(`${colors.green("ok")}  no problem found`);
  for (const { severity, problem, mend } of problems) {
    const mark = severity === "error" ? colors.red("error") : colors.yellow("warning");
    printLine(`${mark}: ${problem}`);
    printLine(`  ${mend}`);
  }
}
