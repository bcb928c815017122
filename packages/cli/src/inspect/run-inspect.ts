/** Runs `libpredict inspect`: opens the model, measures it, writes the report. */
import { readFile } from "node:fs/promises";
import { Model, type Predictor, type Tensor } from "@libpredict/core";
import { chosenBackend } from "../chosen-backend.js";
import type { InspectOptions } from "../command-inspect.js";
import { writeAtomically } from "../convert/atomic-file.js";
import { type ExitCode, exitCodes } from "../exit-codes.js";
import type { ActionContext } from "../run-action.js";
import { printJson, printLine, printNote } from "../standard-streams.js";
import { colors, lineWidth } from "../terminal.js";
import { timeForwards } from "./forward-timing.js";
import { chooseShapes, readGivenInputs, statedShapes } from "./input-shapes.js";
import { isInput, type ModelReport, reportModel, type TimeReport } from "./model-report.js";
import { openModel } from "./open-model.js";
import { randomTensor } from "./random-data.js";
import { reportPage } from "./report-page.js";
import { reportText, sortLayers } from "./report-text.js";
import { standInWeights } from "./stand-in-weights.js";

/** The body of the command. */
export async function runInspect(
  [name]: [string],
  options: InspectOptions,
  { signal }: ActionContext,
): Promise<ExitCode> {
  const backend = chosenBackend(options);
  const given = await readGivenInputs(options.input ?? []);
  const opened = await openModel(name, options, backend);
  using model = opened.model;
  const shapes = chooseShapes(
    `libpredict inspect ${name}`,
    model.inputs,
    given.shapes,
    statedShapes(opened.symbol),
    opened.files.hasParameters,
  );
  const dtypes = Object.fromEntries(
    Object.entries(given.arrays).map(([key, tensor]) => [key, tensor.dtype]),
  );
  const threads = options.threads === undefined ? {} : { threads: options.threads };
  const memory = options.memory === undefined ? {} : { memory: options.memory };
  const predictorOptions = { inputs: shapes, dtypes, ...threads, ...memory };
  let predictor = model.createPredictor(predictorOptions);
  if (!opened.files.hasParameters) {
    const params = standInWeights(predictor.describe().nodes);
    predictor.dispose();
    using filled = await Model.load({ symbol: opened.symbol, params }, { backend });
    predictor = filled.createPredictor(predictorOptions);
  }
  using measured = predictor;
  const { nodes } = measured.describe();
  const stats = measured.stats();
  const lacking = nodes.some((node) => node.missing);
  let time: TimeReport | undefined;
  if (options.time && !lacking)
    time = await timeForwards(measured, feedsFor(measured, given.arrays), stats.threads, signal);
  const weights = opened.files.hasParameters ? "file" : "random";
  const report = reportModel(name, nodes, measured, stats, weights, time);
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

/** Every input of a predictor: the given array, or a random one. */
function feedsFor(
  predictor: Predictor,
  arrays: Readonly<Record<string, Tensor>>,
): Record<string, Tensor> {
  const inputs = new Set(
    predictor
      .describe()
      .nodes.filter(isInput)
      .map((node) => node.name),
  );
  return Object.fromEntries(
    predictor.inputs
      .filter(({ name }) => inputs.has(name))
      .map((info, i) => [info.name, arrays[info.name] ?? randomTensor(info, i + 1)]),
  );
}

function sorted(report: ModelReport, { sort, top }: InspectOptions): ModelReport {
  return { ...report, layers: sortLayers(report.layers, sort).slice(0, top) };
}

/** The page's script, as it was compiled beside this file. */
async function pageScript(): Promise<string> {
  const script = await readFile(new URL("./page-script.js", import.meta.url), "utf8");
  return script.replace(/^\/\/# sourceMappingURL=.*$/m, "");
}
