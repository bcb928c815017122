/** The comparison as a table for each number of threads. */

import { isAccurate, type Measurement } from "./compare-networks.js";
import { oursName } from "./peers/peer-list.js";

/** One row: a network's times, and who was best. */
export interface Row {
  readonly title: string;
  readonly cells: ReadonlyMap<string, Measurement>;
  /** The fastest accurate peer; undefined if no peer was. */
  readonly best?: Measurement;
  /** The best peer's time over ours: above 1, we are faster. */
  readonly ratio?: number;
}

export function makeRows(
  networks: readonly { readonly name: string; readonly title: string }[],
  measurements: readonly Measurement[],
  threads: number,
): Row[] {
  return networks.flatMap(({ name, title }) => {
    const own = measurements.filter((m) => m.network === name && m.threads === threads);
    if (own.length === 0) return [];
    const cells = new Map(own.map((m) => [m.runtime, m]));
    const [best] = own
      .filter((m) => m.runtime !== oursName && isAccurate(m))
      .sort((a, b) => (a.ms ?? 0) - (b.ms ?? 0));
    const ours = cells.get(oursName);
    const ratio =
      best?.ms !== undefined && ours && isAccurate(ours) && ours.ms ? best.ms / ours.ms : undefined;
    return [{ title, cells, ...(best && { best }), ...(ratio !== undefined && { ratio }) }];
  });
}

export function geometricMean(values: readonly number[]): number {
  return Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);
}

/** Three digits, as in ".0123" for what is below 1. */
export function milliseconds(ms: number): string {
  return ms >= 100 ? ms.toFixed(0) : ms >= 10 ? ms.toFixed(1) : ms.toFixed(ms >= 1 ? 2 : 4);
}

export function cellText(m: Measurement | undefined): string {
  if (m === undefined) return "";
  if (m.ms === undefined) return "failed";
  return `${milliseconds(m.ms)}${isAccurate(m) ? "" : "!"}`;
}

/** Header, rows, and the mean over the networks of a runtime's time over ours. */
export function tableCells(
  rows: readonly Row[],
  runtimes: readonly string[],
  threads: number,
): string[][] {
  const mean = (values: readonly number[]): string =>
    values.length === 0 ? "" : geometricMean(values).toFixed(2);
  const overOurs = runtimes.map((name) =>
    mean(
      rows.flatMap(({ cells }) => {
        const [ours, other] = [cells.get(oursName), cells.get(name)];
        return ours && other && isAccurate(ours) && isAccurate(other) && ours.ms && other.ms
          ? [other.ms / ours.ms]
          : [];
      }),
    ),
  );
  return [
    [`${threads} thread${threads === 1 ? "" : "s"}, ms`, ...runtimes, "best peer", "best/ours"],
    ...rows.map(({ title, cells, best, ratio }) => [
      title,
      ...runtimes.map((name) => cellText(cells.get(name))),
      best?.runtime ?? "",
      ratio?.toFixed(2) ?? "",
    ]),
    [
      "geometric mean over ours",
      ...overOurs,
      "",
      mean(rows.flatMap(({ ratio }) => (ratio === undefined ? [] : [ratio]))),
    ],
  ];
}

/** Columns in line: the first to the left, the others to the right. */
export function alignTable(cells: readonly (readonly string[])[]): string {
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
