/** Runs `libpredict bench`: measures a model at several numbers of threads, writes the report. */
import type { Feeds, Predictor } from "@libpredict/core";
import { chosenBackend } from "../chosen-backend.js";
import type { BenchOptions } from "../command-bench.js";
import { type ExitCode, exitCodes } from "../exit-codes.js";
import {
  feedsFor,
  type PreparedModel,
  preparedPredictor,
  prepareModel,
} from "../inspect/prepared-model.js";
import { startProgressBar } from "../progress-bar.js";
import type { ActionContext } from "../run-action.js";
import { printJson, printLine } from "../standard-streams.js";
import { colors } from "../terminal.js";
import { type BenchReport, reportThreads } from "./bench-report.js";
import { benchText } from "./bench-text.js";
import { type Extent, type MeasuredRuns, measureRounds } from "./measure-rounds.js";

const defaultSeconds = 3;

/** The body of the command. */
export async function runBench(
  [name]: [string],
  options: BenchOptions,
  { signal }: ActionContext,
): Promise<ExitCode> {
  const prepared = await prepareModel("bench", name, options, chosenBackend(options));
  using _model = prepared.model;
  const report = await measure(name, prepared, options, signal);
  if (options.json) printJson(report);
  else for (const line of benchText(report, colors)) printLine(line);
  return exitCodes.done;
}

async function measure(
  model: string,
  prepared: PreparedModel,
  options: BenchOptions,
  signal: AbortSignal,
): Promise<BenchReport> {
  const predictors: Predictor[] = [];
  const createMs: number[] = [];
  try {
    for (const threads of options.threads ?? [undefined]) {
      const start = performance.now();
      predictors.push(preparedPredictor(prepared, { threads, memory: options.memory }));
      createMs.push(performance.now() - start);
    }
    const first = predictors[0] as Predictor;
    const { inputs, outputs } = first;
    const feeds = feedsFor(first, prepared.arrays);
    const multiplyAdds = first.describe().nodes.reduce((sum, node) => sum + node.multiplyAdds, 0);
    const batch = Object.values(feeds)[0]?.shape[0] ?? 1;
    const { runs, seconds = defaultSeconds } = options;
    const measured = await measureWithBar(
      predictors,
      feeds,
      runs === undefined ? { seconds } : { runs },
      signal,
    );
    const { weightsBytes, packedBytes } = first.stats();
    return {
      model,
      weights: prepared.weights,
      inputs,
      outputs,
      batch,
      multiplyAdds,
      loadMs: prepared.loadMs,
      memory: { weights: weightsBytes, packed: packedBytes },
      results: measured.map((one, i) =>
        reportThreads(
          createMs[i] as number,
          one,
          (predictors[i] as Predictor).stats(),
          batch,
          multiplyAdds,
        ),
      ),
    };
  } finally {
    for (const predictor of predictors) predictor.dispose();
  }
}

async function measureWithBar(
  predictors: readonly Predictor[],
  feeds: Feeds,
  extent: Extent,
  signal: AbortSignal,
): Promise<readonly MeasuredRuns[]> {
  const bar = startProgressBar("measuring", 100, (percent) => `${Math.round(percent)} %`);
  try {
    return await measureRounds(predictors, feeds, extent, signal, (share) =>
      bar.update(100 * share),
    );
  } finally {
    bar.stop();
  }
}
