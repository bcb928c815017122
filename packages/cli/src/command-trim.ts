/** `libpredict trim`: the configuration of a library that runs certain models and no others. */
import { type Command, InvalidArgumentError } from "commander";
import { setAction } from "./run-action.js";
import {
  type JsonOption,
  type LibraryOption,
  withJson,
  withLibrary,
  withParameters,
} from "./shared-options.js";
import { type Part, parts } from "./trim/parts.js";

/** The options of `trim`. */
export interface TrimOptions extends JsonOption, LibraryOption {
  readonly params?: string;
  readonly epoch?: number;
  readonly output?: string;
  readonly keep?: readonly Part[];
}

/** Registers `trim MODEL…`. */
export function addTrimCommand(program: Command): void {
  const command = program
    .command("trim")
    .summary("write the configuration of a small library that runs these models only")
    .description(
      "Writes predict_config.h: with it and -DLP_MINIMAL, the single file predict.c compiles to a library that has what these models need, and nothing else. Another model then gives an error that names the operators left out.",
    )
    .argument("<model...>", "local paths of models without the endings, or their -symbol.json")
    .option("-o, --output <file>", "file to write (default: standard output)")
    .option("--keep <parts>", "keep parts that take room, such as speed,levels", partsOf)
    .addHelpText(
      "after",
      `
Parts to keep:
${parts.map(({ name, keeps }) => `  ${name.padEnd(10)} ${keeps}`).join("\n")}

Examples:
  libpredict trim digits -o predict_config.h
  libpredict trim det1 det2 det3 --keep speed,levels,threads -o predict_config.h
  libpredict trim digits --json

Then, with predict.c and c_predict_api.h beside the file:
  cc -Os -DLP_MINIMAL -c predict.c`,
    );
  withJson(withLibrary(withParameters(command)));
  setAction(command, async () => (await import("./trim/run-trim.js")).runTrim);
}

function partsOf(text: string, before: readonly Part[] = []): readonly Part[] {
  const names = text.split(",").map((name) => name.trim());
  const unknown = names.find((name) => !parts.some((part) => part.name === name));
  if (unknown !== undefined)
    throw new InvalidArgumentError(
      `There is no part "${unknown}"; there are: ${parts.map(({ name }) => name).join(", ")}.`,
    );
  return [...new Set([...before, ...(names as Part[])])];
}
