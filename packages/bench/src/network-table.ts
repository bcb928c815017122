/** The results as tables: lists of rows of cells, the first row being the head. */

import type { BenchResults } from "./bench-results.js";
import { isAccurate, type Measurement } from "./compare-networks.js";
import { isOurs, oursName } from "./peers/peer-list.js";

export type Cells = readonly (readonly string[])[];

/** One row: a network's measurements, and who was best. */
export interface Row {
  readonly title: string;
  readonly cells: ReadonlyMap<string, Measurement>;
  /** The fastest accurate peer; undefined if no peer was. */
  readonly best?: Measurement;
  /** The best peer's time over ours: above 1, we are faster. */
  readonly ratio?: number;
}

export function makeRows(
  { networks, measurements }: Pick<BenchResults, "networks" | "measurements">,
  threads: number,
): Row[] {
  return networks.flatMap(({ name, title }) => {
    const own = measurements.filter((m) => m.network === name && m.threads === threads);
    if (own.length === 0) return [];
    const cells = new Map(own.map((m) => [m.runtime, m]));
    const [best] = own
      .filter((m) => !isOurs(m.runtime) && isAccurate(m))
      .sort((a, b) => (a.ms ?? 0) - (b.ms ?? 0));
    const ratio = overOurs(best, cells.get(oursName));
    return [{ title, cells, ...(best && { best }), ...(ratio !== undefined && { ratio }) }];
  });
}

/** A peer's time over ours; undefined unless both are accurate. */
export function overOurs(
  peer: Measurement | undefined,
  ours: Measurement | undefined,
): number | undefined {
  if (!peer?.ms || !ours?.ms || !isAccurate(peer) || !isAccurate(ours)) return undefined;
  return peer.ms / ours.ms;
}

export function geometricMean(values: readonly number[]): number {
  return Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);
}

/** Three digits; below 0.01, in full thousandths of a microsecond. */
export function threeDigits(value: number): string {
  if (value >= 100) return value.toFixed(0);
  if (value >= 10) return value.toFixed(1);
  return value >= 1 ? value.toFixed(2) : value.toFixed(value >= 0.1 ? 3 : 4);
}

export function megabytes(bytes: number | undefined): string {
  return bytes === undefined ? "" : threeDigits(bytes / 1e6);
}

/** Milliseconds; `!` behind them: not accurate. */
export function timeCell(m: Measurement | undefined): string {
  if (m === undefined) return "";
  if (m.ms === undefined) return "failed";
  return `${threeDigits(m.ms)}${isAccurate(m) ? "" : "!"}`;
}

const mean = (values: readonly (number | undefined)[]): string => {
  const known = values.filter((value) => value !== undefined);
  return known.length === 0 ? "" : geometricMean(known).toFixed(2);
};

export const threadsWord = (threads: number): string =>
  `${threads} thread${threads === 1 ? "" : "s"}`;

/** Times; the last row is the mean over the networks of a runtime's time over ours. */
export function timeTable(results: BenchResults, threads: number): Cells {
  const rows = makeRows(results, threads);
  const names = results.runtimes.map(({ name }) => name);
  const ours = (row: Row): Measurement | undefined => row.cells.get(oursName);
  return [
    [`${threadsWord(threads)}, ms`, ...names, "best peer", "best / ours"],
    ...rows.map(({ title, cells, best, ratio }) => [
      title,
      ...names.map((name) => timeCell(cells.get(name))),
      best?.runtime ?? "",
      ratio?.toFixed(2) ?? "",
    ]),
    [
      "geometric mean, over ours",
      ...names.map((name) => mean(rows.map((row) => overOurs(row.cells.get(name), ours(row))))),
      "",
      mean(rows.map(({ ratio }) => ratio)),
    ],
  ];
}

function factTable(results: BenchResults, title: string, cell: (m: Measurement) => string): Cells {
  const [threads = 1] = results.threads;
  const names = results.runtimes.map(({ name }) => name);
  const rows = makeRows(results, threads);
  return [
    [`${threadsWord(threads)}, ${title}`, ...names],
    ...rows.map((row) => [
      row.title,
      ...names.map((name) => {
        const m = row.cells.get(name);
        return m?.ms === undefined ? "" : cell(m);
      }),
    ]),
  ];
}

export function loadTable(results: BenchResults): Cells {
  return factTable(results, "load, ms", ({ loadMs }) =>
    loadMs === undefined ? "" : threeDigits(loadMs),
  );
}

export function memoryTable(results: BenchResults): Cells {
  return factTable(results, "temporary memory, MB", ({ temporaryBytes }) =>
    temporaryBytes === undefined ? "" : (temporaryBytes / 1e6).toFixed(1),
  );
}

export function errorTable(results: BenchResults): Cells {
  return factTable(results, "largest error", ({ error }) => error?.toExponential(0) ?? "");
}

export function sizeTable({ runtimes }: BenchResults): Cells {
  return [
    ["size on disk, MB", ...runtimes.map(({ name }) => name)],
    ["version", ...runtimes.map(({ version }) => version)],
    ["installed", ...runtimes.map(({ installedBytes }) => megabytes(installedBytes))],
    ["shared objects", ...runtimes.map(({ engineBytes }) => megabytes(engineBytes))],
  ];
}

export function startTable({
  start = [],
  networks,
}: Pick<BenchResults, "start" | "networks">): Cells {
  const title = (name: string): string =>
    networks.find((network) => network.name === name)?.title ?? name;
  return [
    ["from start to first output, Node", "runtime", "start, ms", "create, ms", "resident, MB"],
    ...start.map(({ network, runtime, startMs, createMs, residentBytes }) => [
      title(network),
      runtime,
      threeDigits(startMs),
      threeDigits(createMs),
      megabytes(residentBytes),
    ]),
  ];
}

export function layerCallTable({ layerCalls = [] }: Pick<BenchResults, "layerCalls">): Cells {
  return [
    ["one call of the 8×8 layer", "µs"],
    ...layerCalls.map(({ language, microseconds }) => [language, threeDigits(microseconds)]),
  ];
}

/** So many processors taken by others, on average, spoil the times. */
const busyMachine = 0.25;

/** How much other programs took of the machine: whether the times are worth anything. */
export function loadSentence({ otherLoad, machine }: BenchResults): string {
  const loads = otherLoad.map(({ processors }) => processors);
  if (loads.length === 0) return "What other programs took of the machine is not known.";
  const average = loads.reduce((sum, value) => sum + value, 0) / loads.length;
  const worth =
    average > busyMachine
      ? " That is too much for these times to be relied on: measure again."
      : "";
  return `Other programs kept ${average.toFixed(2)} of ${machine.processors} processors busy on average, at most ${Math.max(...loads).toFixed(2)} during one network.${worth}`;
}

/** Columns in line: the first to the left, the others to the right. */
export function alignTable(cells: Cells): string {
  const widths = (cells[0] ?? []).map((_, column) =>
    Math.max(...cells.map((row) => row[column]?.length ?? 0)),
  );
  const line = (row: readonly string[]): string =>
    row
      .map((text, i) => (i === 0 ? text.padEnd(widths[i] ?? 0) : text.padStart(widths[i] ?? 0)))
      .join("  ")
      .trimEnd();
  return cells.map(line).join("\n");
}

export function markdownTable([head = [], ...rows]: Cells): string {
  const line = (row: readonly string[]): string => `| ${row.join(" | ")} |`;
  const rule = head.map((_, i) => (i === 0 ? "---" : "--:"));
  return [line(head), line(rule), ...rows.map(line)].join("\n");
}
