/** `libpredict diff`: the same model in two libraries, layer by layer. */
import { type Command, InvalidArgumentError } from "commander";
import { collectInputArgument, type InputArgument } from "./predict/input-argument.js";
import { setAction } from "./run-action.js";
import {
  type JsonOption,
  type ThreadsOption,
  wholeNumber,
  withJson,
  withParameters,
  withThreads,
} from "./shared-options.js";

/** The options of `diff`. */
export interface DiffOptions extends JsonOption, ThreadsOption {
  readonly library: string;
  readonly input?: readonly InputArgument[];
  readonly params?: string;
  readonly epoch?: number;
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
    .argument("<model>", "local path of a model without the endings, or its -symbol.json")
    .requiredOption("--library <file>", "the other library, such as MXNet's libmxnet.so")
    .option(
      "--input <name=value>",
      "shape of an input (data=1,3,224,224), or an array for it (data=x.npy); repeatable",
      collectInputArgument,
    )
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
  withThreads(withJson(withParameters(command))).addHelpText(
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
  setAction(command, async () => (await import("./diff/run-diff.js")).runDiff);
}

/** Reads `--tolerance`. */
function share(text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !(value >= 0 && value <= 1))
    throw new InvalidArgumentError("It is not a number from 0 to 1.");
  return value;
}
