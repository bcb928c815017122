/** How fast a model is, for reading on a terminal. */
import { endLines } from "../inspect/report-text.js";
import {
  formatBytes,
  formatDuration,
  formatGflops,
  formatRate,
  formatRoundCount,
} from "../quantities.js";
import type { Colors } from "../terminal.js";
import { type Column, textTable } from "../text-table.js";
import { visibleText } from "../visible-text.js";
import type { BenchReport, ThreadsReport } from "./bench-report.js";

/** The lines of a report. */
export function benchText(report: BenchReport, { bold, dim, yellow }: Colors): string[] {
  const { memory, multiplyAdds, batch } = report;
  const facts = [
    ["load", formatDuration(report.loadMs)],
    ["weights", formatBytes(memory.weights), dim(`and ${formatBytes(memory.packed)} packed`)],
    ["operations", formatRoundCount(multiplyAdds), dim("multiply-adds in a run")],
  ];
  if (batch > 1) facts.push(["images", String(batch), dim("in a run")]);
  const columns: Column[] = [
    "threads",
    "create",
    "first run",
    "least",
    "median",
    "95 %",
    "mean",
    "runs",
    "images/s",
    "GFLOPS",
    "memory",
  ].map((title) => ({ title, align: "right" }));
  const lines = [
    bold(visibleText(report.model)),
    ...endLines(report),
    "",
    ...textTable([{ title: "" }, { title: "", align: "right" }, { title: "" }], facts),
    "",
    ...textTable(
      columns,
      report.results.map((result) => cellsOf(result, bold)),
      dim,
    ),
  ];
  if (report.weights === "random")
    lines.push("", yellow("The model has no parameters; weights are random."));
  return lines;
}

function cellsOf(result: ThreadsReport, bold: Colors["bold"]): string[] {
  const { activations, scratch, plan } = result.memory;
  return [
    String(result.threads),
    formatDuration(result.createMs),
    formatDuration(result.firstMs),
    formatDuration(result.leastMs),
    bold(formatDuration(result.medianMs)),
    formatDuration(result.p95Ms),
    formatDuration(result.meanMs),
    String(result.runs),
    formatRate(result.imagesPerSecond),
    formatGflops(result.gflops),
    formatBytes(activations + scratch + plan),
  ];
}
