/** The report as text. */

import { type SuiteReport, wrongOutcomes } from "./suite-runner.js";

/** A few lines for people: what went wrong, then the counts. */
export function summarise(report: SuiteReport, longest = 50): string {
  const lines: string[] = [];
  const wrong = report.cases.filter((item) => wrongOutcomes.includes(item.outcome));
  let whole = true; // of details of several lines, the first alone is shown whole
  for (const item of wrong.slice(0, longest)) {
    const detail = (item.detail ?? "").split("\n");
    const [first = "", ...rest] = detail.map((line) => line.slice(0, 400));
    lines.push(`${item.outcome}: ${item.id}: ${first}`);
    if (rest.length > 0) {
      lines.push(...(whole ? rest : [`    … ${rest.at(-1)?.trim()}`]));
      whole = false;
    }
  }
  if (wrong.length > longest) {
    lines.push(`… and ${wrong.length - longest} more`);
  }
  for (const problem of report.problems) {
    lines.push(`problem: ${problem}`);
  }
  const c = report.counts;
  lines.push(
    `${report.harness} with ${report.library}: ${report.total} cases, ${c.pass} pass, ` +
      `${c.known} known differences, ${c.skipped} skipped, ${c.fail} fail, ${c.crash} crash, ` +
      `${c.timeout} time out, ${c.changed} no longer differ`,
  );
  return lines.join("\n");
}
