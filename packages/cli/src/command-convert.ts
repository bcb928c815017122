/** `libpredict convert`: parameters between MXNet's and NumPy's files, graphs of any age to 1.9's. */
import type { Command } from "commander";
import { setAction } from "./run-action.js";
import { type JsonOption, type LibraryOption, withJson, withLibrary } from "./shared-options.js";

/** The options of `convert`. */
export interface ConvertOptions extends JsonOption, LibraryOption {
  readonly array?: string;
  readonly compress?: boolean;
  readonly force?: boolean;
}

/** Registers `convert IN OUT`. */
export function addConvertCommand(program: Command): void {
  const command = program
    .command("convert")
    .summary("convert parameters to and from NumPy, and old graphs to new")
    .description(
      `Converts by the files' endings:
  .params, .nd   MXNet's arrays, of any age; written as MXNet 1.9.1 does
  .npz           NumPy's archive of named arrays
  .npy           NumPy's single array
  .json          a graph of any age; written as MXNet 1.9.1 does
Names of arrays stay exactly as they are, with arg: and aux:.`,
    )
    .argument("<in>", "file to read")
    .argument("<out>", "file to write")
    .option("--array <name>", "convert only the array of this name")
    .option("--compress", "compress the .npz file; weights hardly shrink")
    .option("-f, --force", "write over a file that exists")
    .addHelpText(
      "after",
      `
Examples:
  libpredict convert resnet50-0000.params resnet50.npz
  libpredict convert resnet50.npz resnet50-0001.params
  libpredict convert mean_224.nd mean.npy
  libpredict convert resnet50-0000.params bias.npy --array arg:fc1_bias
  libpredict convert old-symbol.json new-symbol.json

Arrays without a name are arr_0, arr_1, … in an .npz file; the array of a .npy
file is named after the file.`,
    );
  withJson(withLibrary(command));
  setAction(command, async () => (await import("./convert/run-convert.js")).runConvert);
}
