/** `libpredict bench`: how fast a model is. */
import { type Command, InvalidArgumentError, Option } from "commander";
import { setAction } from "./run-action.js";
import {
  type InputsOption,
  type JsonOption,
  type LibraryOption,
  type MemoryOption,
  wholeNumber,
  withInputs,
  withJson,
  withLibrary,
  withMemory,
  withParameters,
} from "./shared-options.js";

/** The options of `bench`. */
export interface BenchOptions extends InputsOption, JsonOption, LibraryOption, MemoryOption {
  readonly params?: string;
  readonly epoch?: number;
  readonly threads?: readonly number[];
  readonly seconds?: number;
  readonly runs?: number;
}

/** Registers `bench MODEL`. */
export function addBenchCommand(program: Command): void {
  const command = withInputs(
    program
      .command("bench")
      .summary("measure how fast a model is")
      .description(
        "Measures how fast a model is: loading, making a predictor, the first run, then the times of many runs, at one or several numbers of threads. A graph without parameters is measured with random ones.",
      )
      .argument("<model>", "local path of a model without the endings, or its -symbol.json"),
  )
    .option(
      "--threads <list>",
      "numbers of threads, such as 1,2,4 (default: the processors it may use)",
      threadsList,
    )
    .option("--seconds <s>", "time of each number of threads (default: 3)", seconds)
    .addOption(
      new Option("--runs <n>", "runs of each number of threads, instead of a time")
        .argParser(wholeNumber(1, 1_000_000))
        .conflicts("seconds"),
    );
  withMemory(withLibrary(withJson(withParameters(command)))).addHelpText(
    "after",
    `
Examples:
  libpredict bench digits --input data=1,1,8,8
  libpredict bench resnet50 --input data=1,3,224,224 --threads 1,2,4
  libpredict bench resnet50 --input data=8,3,224,224 --seconds 10
  libpredict bench digits --input data=1,1,8,8 --runs 1000 --json

Times are those of run in the TypeScript API, copies of inputs and outputs among
them, on random inputs or the arrays given. Several numbers of threads take
turns, so that what else the machine does meets them all.`,
  );
  setAction(command, async () => (await import("./bench/run-bench.js")).runBench);
}

const oneCount = wholeNumber(1, 256);

function threadsList(text: string): readonly number[] {
  const counts = text.split(",").map(oneCount);
  const twice = counts.find((count, i) => counts.indexOf(count) !== i);
  if (twice !== undefined) throw new InvalidArgumentError(`${twice} is given twice.`);
  return counts;
}

function seconds(text: string): number {
  const value = Number(text);
  if (!/^\d*\.?\d+$/.test(text) || !(value > 0 && value <= 3600))
    throw new InvalidArgumentError("It is not a number of seconds, up to 3600.");
  return value;
}
