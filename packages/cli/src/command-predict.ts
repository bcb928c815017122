/** `libpredict predict`: what a model says about images and arrays. */
import { type Command, Option } from "commander";
import { collectInputArgument, type InputArgument } from "./predict/input-argument.js";
import { presetList } from "./predict/preset-list.js";
import { setAction } from "./run-action.js";
import {
  type JsonOption,
  type LibraryOption,
  type MemoryOption,
  type ThreadsOption,
  wholeNumber,
  withJson,
  withLibrary,
  withMemory,
  withThreads,
} from "./shared-options.js";
import { colors } from "./terminal.js";

/** The options of `predict`. */
export interface PredictOptions extends JsonOption, LibraryOption, MemoryOption, ThreadsOption {
  readonly top: number;
  readonly labels?: string;
  readonly preset?: string;
  readonly meanImage?: string;
  readonly input?: readonly InputArgument[];
  readonly cast?: boolean;
  readonly batch?: number;
  readonly output?: readonly string[];
  readonly softmax?: boolean;
  readonly raw?: boolean;
  readonly save?: string;
  readonly params?: string | false;
  readonly epoch?: number;
  readonly jsonl?: boolean;
}

/** Registers `predict MODEL INPUT…`. */
export function addPredictCommand(program: Command): void {
  const command = program
    .command("predict")
    .summary("run a model on images or arrays")
    .description(
      "Runs a model on images (JPEG, PNG, WebP, …), arrays (.npy, .nd), folders of them, patterns, or standard input (-). A failed input does not end the run.",
    )
    .argument("<model>", "path or URL of a model without the endings, or of its -symbol.json")
    .argument("[input...]", "files, folders, patterns such as 'photos/**/*.jpg', or -")
    .option("--preset <name>", "how images are prepared: a preset, or a recipe in a .json file")
    .option("--labels <file>", "names of the classes: synset.txt, JSON, or one name per line")
    .option("--top <k>", "classes to show", wholeNumber(1, 1_000_000), 5)
    .option("--mean-image <file>", "mean image to subtract, .nd or .npy")
    .option(
      "--input <name=value>",
      "shape of an input (data=1,3,112,112), or an array for it (state=zeros.npy); repeatable",
      collectInputArgument,
    )
    .option("--params <file>", "file of parameters (default: the last epoch's, beside the graph)")
    .option("--no-params", "the model has no parameters")
    .option("--epoch <n>", "take the parameters of this epoch", wholeNumber(0, 1e9))
    .option("--batch <n>", "images in one run (default: 1)", wholeNumber(1, 65_536))
    .option("--cast", "convert arrays to float32")
    .option(
      "--output <layer>",
      "internal output to compute instead of the model's; repeatable",
      (name: string, before: readonly string[] = []) => [...before, name],
    )
    .option("--softmax", "take the output as logits (default: as the network's last operator)")
    .option("--no-softmax", "take the output as it is")
    .option("--raw", "show outputs as arrays, not as classes")
    .option("--save <file>", "write the outputs of all inputs to a .npy, .nd or .params file");
  withMemory(withThreads(withLibrary(command)));
  withJson(command)
    .addOption(
      new Option("--jsonl", "write one line of JSON for each result, as they come").conflicts(
        "json",
      ),
    )
    .addHelpText(
      "after",
      `
${presetList(colors.bold)}
  A recipe is a JSON object of preprocessing options and, if wanted, a preset:
  { "preset": "gray", "size": { "width": 8, "height": 8 } }

${colors.bold("Examples:")}
  libpredict predict resnet50 cat.jpg --preset gluon --labels synset.txt
  libpredict predict resnet50 photos/ --preset gluon --top 1 --json
  libpredict predict resnet50 'photos/**/*.jpg' --preset gluon --output flatten0 --save features.npy
  libpredict predict digits drawing.png --preset gray --input data=1,1,8,8
  libpredict predict model batch.npy --cast
  curl -s https://example.com/cat.jpg | libpredict predict resnet50 - --preset gluon

Exit code 1 if an input failed.`,
    );
  setAction(command, async () => (await import("./predict/run-predict.js")).runPredict);
}
