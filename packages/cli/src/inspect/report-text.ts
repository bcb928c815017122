/** A model's report for reading on a terminal. */
import {
  formatBytes,
  formatCount,
  formatDuration,
  formatPercent,
  formatRoundCount,
  formatShape,
} from "../quantities.js";
import type { Colors } from "../terminal.js";
import { type Column, textTable, textWidth } from "../text-table.js";
import { visibleText } from "../visible-text.js";
import type { LayerReport, ModelReport } from "./model-report.js";
import { shortText } from "./short-text.js";

/** Orders of the layer table. */
export const layerOrders = ["graph", "parameters", "multiply-adds", "output", "op"] as const;

/** One of {@link layerOrders}. */
export type LayerOrder = (typeof layerOrders)[number];

/** How to show a report. */
export interface ReportTextOptions {
  readonly order: LayerOrder;
  /** Show only the first so many layers. */
  readonly top?: number;
  readonly colors: Colors;
  /** Characters of a line; names are shortened to fit. */
  readonly width: number;
}

const nameTitle = "layer";
const leastNameLength = 16;

/** The lines of a report. */
export function reportText(report: ModelReport, options: ReportTextOptions): string[] {
  const { bold, yellow } = options.colors;
  const lines = [
    bold(visibleText(report.model)),
    ...endLines(report),
    "",
    ...layerLines(report, options),
    "",
  ];
  lines.push(...totalLines(report, options.colors));
  if (report.weights === "random")
    lines.push(
      "",
      yellow(
        "The model has no parameters; weights are random, of the shapes that the graph implies.",
      ),
    );
  else if (report.missing.length > 0)
    lines.push(
      "",
      yellow(
        `The parameters lack ${report.missing.length} of the graph's: ${list(report.missing)}.`,
      ),
    );
  return lines;
}

/** The lines that tell inputs and outputs. */
export function endLines({ inputs, outputs }: Pick<ModelReport, "inputs" | "outputs">): string[] {
  const rows = [
    ...inputs.map((info, i) => [
      i === 0 ? "inputs" : "",
      visibleText(info.name),
      formatShape(info.shape),
      info.dtype,
    ]),
    ...outputs.map((info, i) => [
      i === 0 ? "outputs" : "",
      visibleText(info.name),
      formatShape(info.shape),
      info.dtype,
    ]),
  ];
  return textTable([{ title: "" }, { title: "" }, { title: "" }, { title: "" }], rows);
}

function layerLines(
  report: ModelReport,
  { order, top, colors, width }: ReportTextOptions,
): string[] {
  const sorted = sortLayers(report.layers, order);
  const shown = top === undefined ? sorted : sorted.slice(0, top);
  const share = (part: number, total: number): string =>
    part === 0 ? "" : formatPercent(part / total);
  const rows = shown.map((layer) => [
    visibleText(layer.name),
    [visibleText(layer.op), layer.settings && colors.dim(visibleText(layer.settings))]
      .filter(Boolean)
      .join(" "),
    layer.outputs.map((output) => formatShape(output.shape)).join(", "),
    layer.parameters === 0 ? "" : formatCount(layer.parameters),
    share(layer.parameters, report.parameters),
    layer.multiplyAdds === 0 ? "" : formatRoundCount(layer.multiplyAdds),
    share(layer.multiplyAdds, report.multiplyAdds),
  ]);
  const columns: Column[] = [
    { title: nameTitle },
    { title: "operator" },
    { title: "output" },
    { title: "parameters", align: "right" },
    { title: "", align: "right" },
    { title: "multiply-adds", align: "right" },
    { title: "", align: "right" },
  ];
  const excess = Math.max(0, ...textTable(columns, rows).map((line) => textWidth(line))) - width;
  if (excess > 0) {
    const longest = Math.max(...rows.map(([name = ""]) => name.length));
    const length = Math.max(leastNameLength, longest - excess);
    for (const row of rows) row[0] = shortText(row[0] ?? "", length);
  }
  const lines = textTable(columns, rows, colors.dim);
  const rest = sorted.length - shown.length;
  if (rest > 0) lines.push(colors.dim(`… and ${rest} more layers`));
  return lines;
}

function totalLines(report: ModelReport, { bold, dim }: Colors): string[] {
  const { memory, time } = report;
  const parts = [
    `activations ${formatBytes(memory.activations)}`,
    `packed weights ${formatBytes(memory.packed)}`,
    `scratch ${formatBytes(memory.scratch)}`,
    `plan ${formatBytes(memory.plan)}`,
  ].join(", ");
  const rows = [
    [
      "weights",
      bold(formatBytes(memory.weights)),
      dim(`${formatCount(report.parameters)} parameters`),
    ],
    ["temporary memory", bold(formatBytes(memory.temporary)), dim(parts)],
    [
      "operations",
      bold(formatRoundCount(report.multiplyAdds)),
      dim(`multiply-adds in ${formatCount(report.layers.length)} layers`),
    ],
  ];
  if (time)
    rows.push([
      "time",
      bold(formatDuration(time.median)),
      dim(
        `median of ${time.runs} runs (${formatDuration(time.fastest)} to ${formatDuration(time.slowest)}), ${time.threads} ${time.threads === 1 ? "thread" : "threads"}`,
      ),
    ]);
  return textTable([{ title: "" }, { title: "", align: "right" }, { title: "" }], rows);
}

/** Layers in an order; largest first where it is one of amounts. */
export function sortLayers(layers: readonly LayerReport[], order: LayerOrder): LayerReport[] {
  const size = ({ outputs }: LayerReport): number =>
    outputs.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0);
  const by: Readonly<Record<LayerOrder, (a: LayerReport, b: LayerReport) => number>> = {
    graph: () => 0,
    parameters: (a, b) => b.parameters - a.parameters,
    "multiply-adds": (a, b) => b.multiplyAdds - a.multiplyAdds,
    output: (a, b) => size(b) - size(a),
    op: (a, b) => (a.op < b.op ? -1 : a.op > b.op ? 1 : 0),
  };
  return [...layers].sort(by[order]);
}

function list(names: readonly string[]): string {
  const shown = names.slice(0, 5).map(visibleText).join(", ");
  return names.length > 5 ? `${shown}, and ${names.length - 5} more` : shown;
}
