/** `libpredict diff`: the same model in two libraries, layer by layer. */
import { Model } from "@libpredict/core";
import { type Command, InvalidArgumentError } from "commander";
import { compareLibraries, type LibraryDifference } from "./diff/compare-libraries.js";
import { differenceText } from "./diff/difference-text.js";
import { OtherLibrary } from "./diff/other-library.js";
import type { SentModel } from "./diff/other-library-messages.js";
import { exitCodes } from "./exit-codes.js";
import { chooseShapes, readGivenInputs, statedShapes } from "./inspect/input-shapes.js";
import { isInput } from "./inspect/model-report.js";
import { openModel } from "./inspect/open-model.js";
import { randomTensor } from "./inspect/random-data.js";
import { standInWeights } from "./inspect/stand-in-weights.js";
import { collectInputArgument, type InputArgument } from "./predict/input-argument.js";
import { startProgressBar } from "./progress-bar.js";
import { setAction } from "./run-action.js";
import {
  chosenBackend,
  type JsonOption,
  type ThreadsOption,
  wholeNumber,
  withJson,
  withThreads,
} from "./shared-options.js";
import { printJson, printLine, printNote } from "./standard-streams.js";
import { colors } from "./terminal.js";

interface DiffOptions extends JsonOption, ThreadsOption {
  readonly library: string;
  readonly input?: readonly InputArgument[];
  readonly params?: string;
  readonly seed: number;
  readonly tolerance: number;
  readonly top: number;
}

/** Share of the largest value that whole networks may differ by from the reference. */
const networkTolerance = 5e-4;

/** Registers `diff MODEL --library OTHER`. */
export function addDiffCommand(program: Command): void {
  const command = program
    .command("diff")
    .summary("compare this engine with another library, layer by layer")
    .description(
      "Runs a model in this engine and in another library with MXNet's C predict API, on the same inputs, and compares the outputs of the model and of every layer. The other library runs in a process of its own.",
    )
    .argument("<model>", "path of a model without the endings, or its -symbol.json")
    .requiredOption("--library <file>", "the other library, such as MXNet's libmxnet.so")
    .option(
      "--input <name=value>",
      "shape of an input (data=1,3,224,224), or an array for it (data=x.npy); repeatable",
      collectInputArgument,
    )
    .option("--params <file>", "file of parameters (default: the newest beside the graph)")
    .option(
      "--seed <n>",
      "of the random numbers for inputs without an array",
      wholeNumber(0, 2 ** 31),
      1,
    )
    .option(
      "--tolerance <share>",
      "how far apart elements may be, as a share of an output's largest value",
      share,
      networkTolerance,
    )
    .option("--top <n>", "show so many of the layers furthest apart", wholeNumber(0, 100_000), 5);
  withThreads(withJson(command)).addHelpText(
    "after",
    `
Examples:
  libpredict diff digits --library /usr/lib/libmxnet.so --input data=1,1,8,8
  libpredict diff resnet50 --library libmxnet.so --input data=cat.npy --json

Exit code 0 if everything is within tolerance, 1 if not, or if the other library
cannot run the model. Inputs without an array are random, from -1 to 1, the same
each time. Whole numbers must be equal; NaN equals NaN. MXNet is run with
MXNET_ENGINE_TYPE=NaiveEngine and MXNET_SUBGRAPH_BACKEND=NONE unless these
variables are set; set MXNET_MKLDNN_ENABLED=0 to compare with its own kernels
instead of oneDNN's.`,
  );
  setAction(command, async ([name]: [string], options: DiffOptions, { signal }) => {
    const backend = chosenBackend({});
    const given = await readGivenInputs(options.input ?? []);
    const opened = await openModel(name, options.params, backend);
    const { symbol, files } = opened;
    const { hasParameters } = files;
    const shapes = chooseShapes(
      `libpredict diff ${name} --library ${options.library}`,
      opened.model.inputs,
      given.shapes,
      statedShapes(symbol),
      hasParameters,
    );
    const dtypes = Object.fromEntries(
      Object.entries(given.arrays).map(([key, tensor]) => [key, tensor.dtype]),
    );
    using loaded = opened.model;
    using planned = loaded.createPredictor({ inputs: shapes, dtypes });
    const { nodes } = planned.describe();
    const inputs = new Set(nodes.filter(isInput).map((node) => node.name));
    const feeds = Object.fromEntries(
      planned.inputs
        .filter((info) => inputs.has(info.name))
        .map((info, i) => [
          info.name,
          given.arrays[info.name] ?? randomTensor(info, options.seed + i),
        ]),
    );
    const params = hasParameters ? undefined : standInWeights(nodes);
    if (params && !options.json)
      printNote("The model has no parameters; both libraries get the same random ones.");
    const sent: SentModel = params ? { symbol, params } : { files };
    using model = params ? await Model.load({ symbol, params }, { backend }) : loaded;
    using other = await OtherLibrary.start(options.library, sent, signal);
    const bar = startProgressBar("comparing", nodes.length);
    let result: LibraryDifference;
    try {
      result = await compareLibraries({
        model,
        other,
        feeds,
        tolerance: options.tolerance,
        ...(options.threads === undefined ? {} : { threads: options.threads }),
        onProgress: (done, all) => bar.update((done / all) * nodes.length),
      });
    } finally {
      bar.stop();
    }
    if (options.json)
      printJson({
        model: name,
        library: options.library,
        weights: hasParameters ? "file" : "random",
        tolerance: options.tolerance,
        ...result,
        firstDivergence: result.layers.find(({ comparison }) => !comparison.equal)?.name ?? null,
      });
    else
      for (const line of differenceText(result, {
        tolerance: options.tolerance,
        top: options.top,
        colors,
      }))
        printLine(line);
    return result.equal ? exitCodes.done : exitCodes.failed;
  });
}

/** Reads `--tolerance`. */
function share(text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !(value >= 0 && value <= 1))
    throw new InvalidArgumentError("It is not a number from 0 to 1.");
  return value;
}
