/**
 * `npm run demo`: a trained network reads handwritten digits in the terminal.
 *
 * Arguments: numbers of held-out images to show; without any, six of them.
 * Exit code: 0 all well; 1 the library or the model cannot be used, or too few digits were read
 * right; 2 wrong arguments; 130 after Ctrl-C.
 */

import {
  LoadError,
  Model,
  type Outputs,
  PredictError,
  type Predictor,
  type Tensor,
} from "@libpredict/core";
import { cardWidth, drawCard } from "./digit-card.js";
import { digitsPrefix, HeldOutDigits, readDigitsMetadata } from "./digits-data.js";
import { isRich, layOut } from "./drawing.js";

/** The last of them is the one that the network takes for another digit. */
const imagesToShow = [0, 3, 5, 13, 20, 91];
const requiredAccuracy = 0.98;
const timedRuns = 1000;

/** Arguments that mean nothing; the message says which. */
class UsageError extends Error {}

function chosenImages(args: readonly string[], count: number): readonly number[] {
  const chosen = args.map((text) => {
    const index = Number(text);
    if (!/^\d+$/.test(text) || index >= count) {
      throw new UsageError(`"${text}" is no held-out image: they are numbered 0 to ${count - 1}`);
    }
    return index;
  });
  return chosen.length > 0 ? chosen : imagesToShow;
}

/** Microseconds that one call of `work` takes: the median of `timedRuns`, after a tenth to warm up. */
async function medianUs(signal: AbortSignal, work: () => unknown): Promise<number> {
  const took: number[] = [];
  for (let run = -timedRuns / 10; run < timedRuns; run++) {
    signal.throwIfAborted();
    const began = performance.now();
    await work();
    if (run >= 0) {
      took.push((performance.now() - began) * 1000);
    }
  }
  return took.sort((a, b) => a - b)[timedRuns / 2] ?? Number.NaN;
}

/** The probabilities: float32 `[N, 10]`. */
function softmaxOf({ softmax }: Outputs): Tensor {
  if (softmax === undefined) {
    throw new Error(`${digitsPrefix}: the network has no output softmax`);
  }
  return softmax;
}

async function countRight(predictor: Predictor, images: HeldOutDigits): Promise<number> {
  const softmax = softmaxOf(await predictor.run({ data: images.input(0, images.count) }));
  let right = 0;
  for (let index = 0; index < images.count; index++) {
    right += softmax.row(index).argmax() === images.label(index) ? 1 : 0;
  }
  return right;
}

function sized(bytes: number): string {
  return bytes < 2 ** 20
    ? `${(bytes / 2 ** 10).toFixed(0)} KiB`
    : `${(bytes / 2 ** 20).toFixed(1)} MiB`;
}

/** Shows the demo; the exit code. Rejects with the signal's reason when it is aborted. */
async function show(args: readonly string[], signal: AbortSignal): Promise<number> {
  const rich = isRich(process.stdout, process.env);
  const metadata = await readDigitsMetadata();
  const images = await HeldOutDigits.read(metadata);
  const chosen = chosenImages(args, images.count);

  const residentBefore = process.memoryUsage.rss();
  using model = await Model.load(digitsPrefix);
  using predictor = model.createPredictor({ inputs: { data: [1, 1, 8, 8] } });

  console.log(
    `A network of ${metadata.weights.toLocaleString("en")} weights reads digits that it has never seen:\n`,
  );
  const cards: string[][] = [];
  for (const index of chosen) {
    const softmax = softmaxOf(await predictor.run({ data: images.input(index) }, { signal }));
    cards.push(drawCard(images, index, softmax.topK(3), rich));
  }
  for (const line of layOut(cards, cardWidth, process.stdout.columns ?? 80)) {
    console.log(line);
  }

  const data = images.input(0);
  const syncUs = await medianUs(signal, () => predictor.runSync({ data }));
  const asyncUs = await medianUs(signal, () => predictor.run({ data }));
  console.log(
    `time      ${syncUs.toFixed(0)} us an image (median of ${timedRuns.toLocaleString("en")}),`,
  );
  console.log(`          ${asyncUs.toFixed(0)} us off the main thread`);

  const stats = predictor.stats();
  console.log(
    `memory    ${sized(stats.weightsBytes)} weights + ${sized(stats.packedBytes)} packed for speed,`,
  );
  console.log(
    `          ${sized(stats.arenaBytes)} activations + ${sized(stats.scratchBytes)} scratch;`,
  );
  console.log(
    `          process ${sized(process.memoryUsage.rss())}, ${sized(residentBefore)} before the model was loaded`,
  );

  using whole = model.createPredictor({ inputs: { data: [images.count, 1, 8, 8] } });
  const right = await countRight(whole, images);
  signal.throwIfAborted();
  const accuracy = right / images.count;
  console.log(
    `accuracy  ${right} of ${images.count} held-out images: ${(100 * accuracy).toFixed(2)} %`,
  );
  if (accuracy < requiredAccuracy) {
    console.error(`error: below ${100 * requiredAccuracy} %, which this network must reach`);
    return 1;
  }
  return 0;
}

/** What to print for a failure, and the exit code. */
function explain(error: unknown): { readonly text: string; readonly exitCode: number } {
  if (error instanceof UsageError) {
    return { text: `error: ${error.message}\nusage: demo [image number ...]`, exitCode: 2 };
  }
  if (error instanceof LoadError) {
    return { text: `error: ${error.message}\nnpm run build makes the library`, exitCode: 1 };
  }
  if (error instanceof PredictError) {
    return { text: `error (${error.code}): ${error.message}`, exitCode: 1 };
  }
  return { text: `error: ${error instanceof Error ? error.message : error}`, exitCode: 1 };
}

const interrupt = new AbortController();
// Once: a second Ctrl-C ends the process the hard way, should the first not get through.
process.once("SIGINT", () => interrupt.abort());
// A reader that has seen enough (`| head`) is no error.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") {
    throw error;
  }
  process.exit();
});

try {
  process.exitCode = await show(process.argv.slice(2), interrupt.signal);
} catch (error) {
  if (interrupt.signal.aborted) {
    process.exitCode = 130;
  } else {
    const { text, exitCode } = explain(error);
    console.error(text);
    process.exitCode = exitCode;
  }
}
