/** Where results go: text as they come, lines of JSON as they come, or one document at the end. */
import { startProgressBar } from "../progress-bar.js";
import { formatCount, formatDuration } from "../quantities.js";
import { errorText, namedReport } from "../report-error.js";
import { printJson, printLine, printNote } from "../standard-streams.js";
import { errorColors } from "../terminal.js";
import type { Item } from "./input-items.js";
import type { Prediction } from "./prediction.js";
import type { ItemResult, PredictionSession } from "./prediction-session.js";
import { printPrediction } from "./print-prediction.js";

/** How results are wanted. */
export interface SinkOptions {
  readonly json?: boolean;
  readonly jsonl?: boolean;
}

/** Takes results one after the other. */
export class PredictionSink {
  readonly #model: string;
  readonly #items: readonly Item[];
  readonly #session: PredictionSession;
  readonly #options: SinkOptions;
  readonly #begin = performance.now();
  readonly #bar;
  readonly #nameWidth: number;
  readonly #results: Prediction[] = [];
  #done = 0;
  #failed = 0;

  constructor(
    model: string,
    items: readonly Item[],
    session: PredictionSession,
    options: SinkOptions,
  ) {
    this.#model = model;
    this.#items = items;
    this.#session = session;
    this.#options = options;
    this.#nameWidth = Math.max(...items.map(({ name }) => name.length));
    // Results on the terminal show how far it is; a bar between them would be noise.
    const shows = items.length > 1 && process.stdout.isTTY !== true;
    this.#bar = shows ? startProgressBar("predicting", items.length) : undefined;
  }

  /** Inputs that failed. */
  get failed(): number {
    return this.#failed;
  }

  /** Takes what came of one input. */
  add({ predictions }: ItemResult): void {
    for (const prediction of predictions) {
      if ("error" in prediction) {
        this.#failed++;
        this.#bar?.clear();
      }
      this.#write(prediction, predictions.length > 1);
    }
    this.#bar?.update(++this.#done);
  }

  /** Ends the output. */
  end(): void {
    this.stop();
    const count = this.#items.length;
    if (this.#options.json)
      printJson({
        model: this.#model,
        scores: this.#session.scores ?? null,
        results: this.#results,
        failed: this.#failed,
      });
    if (count > 1 && (this.#failed > 0 || process.stderr.isTTY)) {
      const time = formatDuration(performance.now() - this.#begin);
      const failed = this.#failed > 0 ? `, ${formatCount(this.#failed)} failed` : "";
      printNote(errorColors.dim(`${formatCount(count)} inputs${failed}, ${time}`));
    }
  }

  /** Takes the bar away. */
  stop(): void {
    this.#bar?.stop();
  }

  #write(prediction: Prediction, rows: boolean): void {
    const { json, jsonl } = this.#options;
    if (json) this.#results.push(prediction);
    if (jsonl) printLine(JSON.stringify(prediction));
    if (!json && !jsonl)
      printPrediction(prediction, {
        scores: this.#session.scores,
        several: this.#items.length > 1 || rows,
        nameWidth: this.#nameWidth,
        rows,
      });
    else if ("error" in prediction)
      printNote(errorText(namedReport(prediction.input, prediction.error)));
  }
}
