/** `libpredict profile`: where the time of a model's runs goes. */
import { type Command, Option } from "commander";
import { type NodeOrder, nodeOrders } from "./profile/profile-report.js";
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

/** The options of `profile`. */
export interface ProfileCommandOptions
  extends InputsOption,
    JsonOption,
    LibraryOption,
    MemoryOption,
    ThreadsOption {
  readonly params?: string;
  readonly epoch?: number;
  readonly html?: string;
  readonly sort: NodeOrder;
  readonly top?: number;
  readonly runs?: number;
}

/** Registers `profile MODEL`. */
export function addProfileCommand(program: Command): void {
  const command = withInputs(
    program
      .command("profile")
      .summary("measure what every node of a run takes")
      .description(
        "Measures what every node of a run takes: time, speed, bytes moved, and how it is computed. Nodes are shown as the engine runs them, fused. A graph without parameters is measured with random ones.",
      )
      .argument("<model>", "local path of a model without the endings, or its -symbol.json"),
  )
    .option("--html <file>", "also write a page with a chart; it needs no network")
    .addOption(
      new Option("--sort <order>", "order of the nodes").choices(nodeOrders).default("graph"),
    )
    .option("--top <n>", "show only the first n nodes of that order", wholeNumber(1, 1_000_000))
    .option("--runs <n>", "runs to measure (default: two seconds of them)", wholeNumber(1, 1e6));
  withThreads(withMemory(withLibrary(withJson(withParameters(command))))).addHelpText(
    "after",
    `
Examples:
  libpredict profile digits --input data=1,1,8,8
  libpredict profile resnet50 --input data=1,3,224,224 --sort time --top 10
  libpredict profile resnet50 --input data=1,3,224,224 --threads 1 --html profile.html
  libpredict profile digits --input data=1,1,8,8 --runs 100 --json

Times are means of runs on random inputs, or on the arrays given. Two operations
are counted for each multiply-add; what moves are inputs, weights and outputs.`,
  );
  setAction(command, async () => (await import("./profile/run-profile.js")).runProfile);
}
