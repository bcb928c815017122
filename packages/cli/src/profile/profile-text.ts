/** A profile for reading on a terminal. */
import { endLines } from "../inspect/report-text.js";
import { shortText } from "../inspect/short-text.js";
import {
  formatBytes,
  formatDuration,
  formatGflops,
  formatPercent,
  formatRoundCount,
} from "../quantities.js";
import type { Colors } from "../terminal.js";
import { type Column, textTable, textWidth } from "../text-table.js";
import { visibleText } from "../visible-text.js";
import {
  type GroupReport,
  type NodeOrder,
  type ProfileReport,
  sortNodes,
} from "./profile-report.js";
import { shareBar } from "./share-bar.js";
import { timeScale } from "./time-scale.js";

/** How to show a profile. */
export interface ProfileTextOptions {
  readonly order: NodeOrder;
  /** Show only the first so many nodes. */
  readonly top?: number;
  readonly colors: Colors;
  /** Characters of a line; names are shortened to fit, and the bars left out. */
  readonly width: number;
}

const leastNameLength = 16;
const barLength = 12;
const barColumn = 6;

/** The lines of a profile. */
export function profileText(report: ProfileReport, options: ProfileTextOptions): string[] {
  const { bold, yellow } = options.colors;
  const lines = [
    bold(visibleText(report.model)),
    ...endLines(report),
    "",
    ...nodeLines(report, options),
    "",
    ...groupLines("operator", report.operators, report, options.colors),
    "",
    ...groupLines("algorithm", report.algorithms, report, options.colors),
    "",
    ...totalLines(report, options.colors),
  ];
  if (report.weights === "random")
    lines.push("", yellow("The model has no parameters; weights are random."));
  return lines;
}

function nodeLines(
  { nodes, meanMs }: ProfileReport,
  { order, top, colors, width }: ProfileTextOptions,
): string[] {
  const shown = sortNodes(nodes, order).slice(0, top);
  const scale = timeScale(meanMs);
  const most = Math.max(...nodes.map((node) => node.share));
  const rows = shown.map((node) => [
    visibleText(node.name),
    visibleText(node.op),
    colors.dim(visibleText(node.algorithm)),
    scale.text(node.meanMs),
    colors.dim(scale.text(node.leastMs)),
    formatPercent(node.share),
    colors.cyan(shareBar(node.share / most, barLength)),
    formatGflops(node.gflops),
    formatBytes(node.bytes),
  ]);
  const columns: Column[] = [
    { title: "node" },
    { title: "operator" },
    { title: "algorithm" },
    { title: scale.unit, align: "right" },
    { title: "least", align: "right" },
    { title: "share", align: "right" },
    { title: "" },
    { title: "GFLOPS", align: "right" },
    { title: "moved", align: "right" },
  ];
  const excess = (): number =>
    Math.max(0, ...textTable(columns, rows).map((line) => textWidth(line))) - width;
  if (excess() > 0) {
    const longest = Math.max(...rows.map(([name = ""]) => textWidth(name)));
    const length = Math.max(leastNameLength, longest - excess());
    for (const row of rows) row[0] = shortText(row[0] ?? "", length);
  }
  if (excess() > 0) for (const row of [columns, ...rows]) row.splice(barColumn, 1);
  const lines = textTable(columns, rows, colors.dim);
  const rest = nodes.length - shown.length;
  if (rest > 0) lines.push(colors.dim(`… and ${rest} more ${rest === 1 ? "node" : "nodes"}`));
  return lines;
}

function groupLines(
  title: string,
  groups: readonly GroupReport[],
  { meanMs }: ProfileReport,
  { dim }: Colors,
): string[] {
  const scale = timeScale(meanMs);
  const rows = groups.map((group) => [
    visibleText(group.name),
    String(group.nodes),
    scale.text(group.meanMs),
    formatPercent(group.share),
    formatGflops(group.gflops),
    formatBytes(group.bytes),
  ]);
  const columns: Column[] = [
    { title },
    { title: "nodes", align: "right" },
    { title: scale.unit, align: "right" },
    { title: "share", align: "right" },
    { title: "GFLOPS", align: "right" },
    { title: "moved", align: "right" },
  ];
  return textTable(columns, rows, dim);
}

function totalLines(report: ProfileReport, { bold, dim }: Colors): string[] {
  const { nodes, runs, threads, meanMs, multiplyAdds, gflops, bytes } = report;
  const rows = [
    [
      "time",
      bold(formatDuration(meanMs)),
      dim(
        `sum of ${nodes.length} nodes, mean of ${runs} ${runs === 1 ? "run" : "runs"}, ${threads} ${threads === 1 ? "thread" : "threads"}`,
      ),
    ],
    ["moved", bold(formatBytes(bytes)), dim("inputs, weights and outputs of the nodes")],
  ];
  if (multiplyAdds > 0)
    rows.splice(1, 0, [
      "GFLOPS",
      bold(formatGflops(gflops)),
      dim(`${formatRoundCount(multiplyAdds)} multiply-adds, two operations each`),
    ]);
  return textTable([{ title: "" }, { title: "", align: "right" }, { title: "" }], rows);
}
