/** `libpredict check`: everything in a model that the engine cannot run, at once. */
import type { Command } from "commander";
import { setAction } from "./run-action.js";
import { withInputs, withJson, withLibrary, withParameters } from "./shared-options.js";

/** Registers `check MODEL`. */
export function addCheckCommand(program: Command): void {
  const command = program
    .command("check")
    .summary("list everything in a model that cannot run")
    .description(
      "Lists every operator, mode and attribute of a model that the engine cannot run, with what to do, and attributes that it ignores. Needs the symbol file only; of parameters beside it, it says which weights they lack; where the shapes of inputs are known or given, tells whether shapes and element types fit.",
    )
    .argument("<model>", "local path of a model without the endings, or its -symbol.json")
    .addHelpText(
      "after",
      `
Examples:
  libpredict check models/resnet50
  libpredict check models/resnet50 --input data=1,3,224,224
  libpredict check models/resnet50-symbol.json --json

Exit code 1 if the model cannot run.`,
    );
  withJson(withLibrary(withInputs(withParameters(command))));
  setAction(command, async () => (await import("./check/run-check.js")).runCheck);
}
