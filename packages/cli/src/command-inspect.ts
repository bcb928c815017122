/** `libpredict inspect`: what is in a model, and what it costs. */
import { readFile } from "node:fs/promises";
import { Model, type Predictor, type Tensor } from "@libpredict/core";
import { type Command, Option } from "commander";
import { writeAtomically } from "./convert/atomic-file.js";
import { exitCodes } from "./exit-codes.js";
import { timeForwards } from "./inspect/forward-timing.js";
import { chooseShapes, readGivenInputs, statedShapes } from "./inspect/input-shapes.js";
import { isInput, type ModelReport, reportModel, type TimeReport } from "./inspect/model-report.js";
import { openModel } from "./inspect/open-model.js";
import { randomTensor } from "./inspect/random-data.js";
import { reportPage } from "./inspect/report-page.js";
import { type LayerOrder, layerOrders, reportText, sortLayers } from "./inspect/report-text.js";
import { standInWeights } from "./inspect/stand-in-weights.js";
import { collectInputArgument, type InputArgument } from "./predict/input-argument.js";
import { setAction } from "./run-action.js";
import {
  chosenBackend,
  type JsonOption,
  type LibraryOption,
  type ThreadsOption,
  wholeNumber,
  withJson,
  withLibrary,
  withThreads,
} from "./shared-options.js";
import { printJson, printLine, printNote } from "./standard-streams.js";
import { colors, lineWidth } from "./terminal.js";

interface InspectOptions extends JsonOption, LibraryOption, ThreadsOption {
  readonly input?: readonly InputArgument[];
  readonly params?: string;
  readonly html?: string;
  readonly sort: LayerOrder;
  readonly time: boolean;
  readonly top?: number;
}

/** Registers `inspect MODEL`. */
export function addInspectCommand(program: Command): void {
  const command = program
    .command("inspect")
    .summary("show layers, shapes, parameters, operations, memory and time")
    .description(
      "Shows what is in a model and what it costs: inputs, outputs, every layer with its shape, parameters and multiply-adds; weights, temporary memory, operations and time. A graph without parameters is measured with random ones.",
    )
    .argument("<model>", "path of a model without the endings, or its -symbol.json")
    .option(
      "--input <name=shape>",
      "shape of an input (data=1,3,224,224), or an array for it (data=x.npy); repeatable",
      collectInputArgument,
    )
    .option("--params <file>", "file of parameters (default: the newest beside the graph)")
    .option("--html <file>", "also write a page with the graph drawn; it needs no network")
    .addOption(
      new Option("--sort <order>", "order of the layers").choices(layerOrders).default("graph"),
    )
    .option("--top <n>", "show only the first n layers of that order", wholeNumber(1, 1_000_000))
    .option("--no-time", "do not measure the time (about a second)");
  withThreads(withLibrary(withJson(command))).addHelpText(
    "after",
    `
Examples:
  libpredict inspect digits --input data=1,1,8,8
  libpredict inspect resnet50 --input data=1,3,224,224 --sort multiply-adds --top 10
  libpredict inspect resnet50-symbol.json --input data=8,3,224,224 --html resnet50.html
  libpredict inspect digits --input data=1,1,8,8 --json --no-time

Shapes that the graph states itself (__shape__) need no --input; of a batch that
is left open, one is taken. Temporary memory is everything besides one copy of
the weights. The time is the median of forwards on random inputs.`,
  );
  setAction(command, async ([name]: [string], options: InspectOptions, { signal }) => {
    const backend = chosenBackend(options);
    const given = await readGivenInputs(options.input ?? []);
    const opened = await openModel(name, options.params, backend);
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
    const predictorOptions = { inputs: shapes, dtypes, ...threads };
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
  });
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
  const script = await readFile(new URL("./inspect/page-script.js", import.meta.url), "utf8");
  return script.replace(/^\/\/# sourceMappingURL=.*$/m, "");
}
