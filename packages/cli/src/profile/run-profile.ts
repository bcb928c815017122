/** Runs `libpredict profile`: measures every node of a model, writes the report. */
import { chosenBackend } from "../chosen-backend.js";
import type { ProfileCommandOptions } from "../command-profile.js";
import { writeAtomically } from "../convert/atomic-file.js";
import { type ExitCode, exitCodes } from "../exit-codes.js";
import { feedsFor, preparedPredictor, prepareModel } from "../inspect/prepared-model.js";
import { startProgressBar } from "../progress-bar.js";
import type { ActionContext } from "../run-action.js";
import { printJson, printLine, printNote } from "../standard-streams.js";
import { colors, lineWidth } from "../terminal.js";
import { profileInParts } from "./profile-in-parts.js";
import { profilePage } from "./profile-page.js";
import { reportProfile, sortNodes } from "./profile-report.js";
import { profileText } from "./profile-text.js";

/** The body of the command. */
export async function runProfile(
  [name]: [string],
  options: ProfileCommandOptions,
  { signal }: ActionContext,
): Promise<ExitCode> {
  const prepared = await prepareModel("profile", name, options, chosenBackend(options));
  using _model = prepared.model;
  using predictor = preparedPredictor(prepared, options);
  const { inputs, outputs } = predictor;
  const { threads } = predictor.stats();
  const feeds = feedsFor(predictor, prepared.arrays);
  const bar = startProgressBar("profiling", 100, (percent) => `${Math.round(percent)} %`);
  const profile = await profileInParts(predictor, feeds, options.runs, signal, (share) =>
    bar.update(100 * share),
  ).finally(() => bar.stop());
  const { weights } = prepared;
  const report = reportProfile({ model: name, weights, inputs, outputs, threads }, profile);
  const { html, sort: order, top } = options;
  if (html !== undefined)
    await writeAtomically(html, new TextEncoder().encode(profilePage(report)));
  if (options.json) printJson({ ...report, nodes: sortNodes(report.nodes, order).slice(0, top) });
  else {
    const view = {
      order,
      ...(top === undefined ? {} : { top }),
      colors,
      width: process.stdout.isTTY ? lineWidth() : Number.POSITIVE_INFINITY,
    };
    for (const line of profileText(report, view)) printLine(line);
    if (html !== undefined) printNote(`page written to ${html}`);
  }
  return exitCodes.done;
}
