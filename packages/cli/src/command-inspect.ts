/** `libpredict inspect`: what is in a model, and what it costs. */
import { type Command, Option } from "commander";
import { type LayerOrder, layerOrders } from "./inspect/report-text.js";
import { setAction } from "./run-action.js";
import {
  type InputsOption,
  type JsonOption,
  type LibraryOption,
  type MemoryOption,
  type ThreadsOption,
  wholeNumber,
  withInputs,
  withJson,
  withLibrary,
  withMemory,
  withParameters,
  withThreads,
} from "./shared-options.js";

/** The options of `inspect`. */
export interface InspectOptions
  extends InputsOption,
    JsonOption,
    LibraryOption,
    MemoryOption,
    ThreadsOption {
  readonly params?: string;
  readonly epoch?: number;
  readonly html?: string;
  readonly sort: LayerOrder;
  readonly time: boolean;
  readonly top?: number;
}

/** Registers `inspect MODEL`. */
export function addInspectCommand(program: Command): void {
  const command = withInputs(
    program
      .command("inspect")
      .summary("show layers, shapes, parameters, operations, memory and time")
      .description(
        "Shows what is in a model and what it costs: inputs, outputs, every layer with its shape, parameters and multiply-adds; weights, temporary memory, operations and time. A graph without parameters is measured with random ones.",
      )
      .argument("<model>", "local path of a model without the endings, or its -symbol.json"),
  )
    .option("--html <file>", "also write a page with the graph drawn; it needs no network")
    .addOption(
      new Option("--sort <order>", "order of the layers").choices(layerOrders).default("graph"),
    )
    .option("--top <n>", "show only the first n layers of that order", wholeNumber(1, 1_000_000))
    .option("--no-time", "do not measure the time (about a second)");
  withMemory(withThreads(withLibrary(withJson(withParameters(command))))).addHelpText(
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
  setAction(command, async () => (await import("./inspect/run-inspect.js")).runInspect);
}
