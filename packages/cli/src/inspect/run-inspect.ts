/** Runs `libpredict inspect`: opens the model, measures it, writes the report. */
import { readFile } from "node:fs/promises";
import { chosenBackend } from "../chosen-backend.js";
import type { InspectOptions } from "../command-inspect.js";
import { writeAtomically } from "../convert/atomic-file.js";
import { type ExitCode, exitCodes } from "../exit-codes.js";
import type { ActionContext } from "../run-action.js";
import { printJson, printLine, printNote } from "../standard-streams.js";
import { colors, lineWidth } from "../terminal.js";
import { timeForwards } from "./forward-timing.js";
import { type ModelReport, reportModel, type TimeReport } from "./model-report.js";
import { feedsFor, preparedPredictor, prepareModel } from "./prepared-model.js";
import { reportPage } from "./report-page.js";
import { reportText, sortLayers } from "./report-text.js";

/** The body of the command. */
export async function runInspect(
  [name]: [string],
  options: InspectOptions,
  { signal }: ActionContext,
): Promise<ExitCode> {
  const backend = chosenBackend(options);
  const prepared = await prepareModel("inspect", name, options, backend);
  using _model = prepared.model;
  using measured = preparedPredictor(prepared, options);
  const { nodes } = measured.describe();
  const stats = measured.stats();
  const lacking = nodes.some((node) => node.missing);
  let time: TimeReport | undefined;
  if (options.time && !lacking)
    time = await timeForwards(measured, feedsFor(measured, prepared.arrays), stats.threads, signal);
  const report = reportModel(name, nodes, measured, stats, prepared.weights, time);
  if (options.html !== undefined)
    await writeAtomically(
      options.html,
      new TextEncoder().encode(reportPage(report, nodes, await pageScript())),
    );
  if (options.json) printJson(sorted(report, options));
  else {
    const { sort: order, top } = options;
    const view = {
      order,
      ...(top === undefined ? {} : { top }),
      colors,
      width: process.stdout.isTTY ? lineWidth() : Number.POSITIVE_INFINITY,
    };
    for (const line of reportText(report, view)) printLine(line);
    if (options.html !== undefined) printNote(`page written to ${options.html}`);
  }
  return exitCodes.done;
}

function sorted(report: ModelReport, { sort, top }: InspectOptions): ModelReport {
  return { ...report, layers: sortLayers(report.layers, sort).slice(0, top) };
}

/** The page's script, as it was compiled beside this file. */
async function pageScript(): Promise<string> {
  const script = await readFile(new URL("./page-script.js", import.meta.url), "utf8");
  return script.replace(/^\/\/# sourceMappingURL=.*$/m, "");
}
