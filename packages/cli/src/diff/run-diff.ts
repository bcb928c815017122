/** Runs `libpredict diff`: the same inputs through both libraries, and what differs. */
import { Model } from "@libpredict/core";
import { chosenBackend } from "../chosen-backend.js";
import type { DiffOptions } from "../command-diff.js";
import { type ExitCode, exitCodes } from "../exit-codes.js";
import { chooseShapes, readGivenInputs, statedShapes } from "../inspect/input-shapes.js";
import { isInput } from "../inspect/model-report.js";
import { openModel } from "../inspect/open-model.js";
import { randomTensor } from "../inspect/random-data.js";
import { standInWeights } from "../inspect/stand-in-weights.js";
import { startProgressBar } from "../progress-bar.js";
import type { ActionContext } from "../run-action.js";
import { printJson, printLine, printNote } from "../standard-streams.js";
import { colors } from "../terminal.js";
import { compareLibraries, type LibraryDifference } from "./compare-libraries.js";
import { differenceText } from "./difference-text.js";
import { OtherLibrary } from "./other-library.js";
import type { SentModel } from "./other-library-messages.js";

/** The body of the command. */
export async function runDiff(
  [name]: [string],
  options: DiffOptions,
  { signal }: ActionContext,
): Promise<ExitCode> {
  const backend = chosenBackend({});
  const given = await readGivenInputs(options.input ?? []);
  const opened = await openModel(name, options, backend);
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
}
