/**
 * `npm run demo`: a trained network reads handwritten digits in the terminal.
 *
 * Arguments: pictures of digits, or numbers of held-out images; without any, six of the latter.
 * Exit code: 0 all well; 1 the library, the model or a picture cannot be used, or too few digits
 * were read right; 2 wrong arguments; 130 after Ctrl-C.
 */

import { basename, resolve } from "node:path";
import {
  decodeImage,
  LoadError,
  Model,
  type Outputs,
  PredictError,
  type Predictor,
  type Tensor,
} from "@libpredict/core";
import { type Card, cardWidth, drawCard } from "./digit-card.js";
import { digitPixels } from "./digit-image.js";
import { digitsPrefix, HeldOutDigits, readDigitsMetadata } from "./digits-data.js";
import { isRich, layOut } from "./drawing.js";
import { inkLevel } from "./ink-level.js";

/** The last of them is the one that the network takes for another digit. */
const imagesToShow = [0, 3, 5, 13, 20, 91];
const requiredAccuracy = 0.98;
const timedRuns = 1000;

const help = `usage: npm run demo -- [PICTURE ...] [NUMBER ...]

A trained network reads handwritten digits.

  PICTURE   a PNG, JPEG, WebP, ... of one digit, dark on light or light on dark
  NUMBER    a held-out image that comes with the network, 0 to 359
  --help    this text

Without arguments, six held-out images are shown. With numbers only, the time of a
prediction, the memory in use and the accuracy follow.

exit codes: 0 all well, 1 something failed, 2 wrong arguments, 130 Ctrl-C
`;

/** Arguments that mean nothing; the message says which. */
class UsageError extends Error {}

/** A picture that cannot be shown to the network; the message says which and why. */
class PictureError extends Error {}

/** An image to show: without the guesses yet. */
type Shown = Omit<Card, "guesses">;

/** The images that the arguments name; with `isOwn`, there are the user's among them. */
async function chosenImages(
  args: readonly string[],
  images: HeldOutDigits,
): Promise<{ readonly shown: readonly Shown[]; readonly isOwn: boolean }> {
  const heldOut = (index: number): Shown => ({
    title: `image ${index}`,
    pixels: images.pixels(index),
    label: images.label(index),
  });
  const isNumber = (text: string): boolean => !Number.isNaN(Number(text));
  for (const text of args) {
    if (isNumber(text) && (!/^\d+$/.test(text) || Number(text) >= images.count))
      throw new UsageError(
        `"${text}" is no held-out image: they are numbered 0 to ${images.count - 1}`,
      );
    if (!isNumber(text) && text.startsWith("-")) throw new UsageError(`there is no option ${text}`);
  }
  const shown: Shown[] = [];
  for (const text of args)
    shown.push(isNumber(text) ? heldOut(Number(text)) : await ownDigit(text));
  return {
    shown: shown.length > 0 ? shown : imagesToShow.map(heldOut),
    isOwn: !args.every(isNumber),
  };
}

/** @throws {@link PictureError} the file is none, or no picture, or nothing is in it */
async function ownDigit(path: string): Promise<Shown> {
  // npm runs scripts in the project's folder, whichever the caller is in.
  const { INIT_CWD: folder = "." } = process.env;
  const file = resolve(folder, path);
  try {
    return { title: basename(path), pixels: digitPixels(await decodeImage(file)) };
  } catch (error) {
    const reason = error instanceof LoadError ? error.tried.at(-1)?.reason : undefined;
    const { message } = error as Error;
    const text = message.startsWith(`${file}: `) ? message.slice(file.length + 2) : message;
    throw new PictureError(`${path}: ${reason ?? text}`, { cause: error });
  }
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
  const { shown, isOwn } = await chosenImages(args, images);

  const residentBefore = process.memoryUsage.rss();
  using model = await Model.load(digitsPrefix);
  using predictor = model.createPredictor({ inputs: { data: [1, 1, 8, 8] } });

  const weights = metadata.weights.toLocaleString("en");
  console.log(
    isOwn
      ? `A network of ${weights} weights reads your digit, made 8 x 8 pixels:\n`
      : `A network of ${weights} weights reads digits that it has never seen:\n`,
  );
  const cards: string[][] = [];
  for (const image of shown) {
    const data = Float32Array.from(image.pixels, (pixel) => pixel / inkLevel);
    const softmax = softmaxOf(await predictor.run({ data }, { signal }));
    cards.push(drawCard({ ...image, guesses: softmax.topK(3) }, rich));
  }
  for (const line of layOut(cards, cardWidth, process.stdout.columns ?? 80)) {
    console.log(line);
  }

  if (isOwn) {
    return 0;
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
    return { text: `error: ${error.message}\n--help tells more`, exitCode: 2 };
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

const args = process.argv.slice(2);
try {
  if (args.some((text) => text === "--help" || text === "-h")) {
    process.stdout.write(help);
  } else {
    process.exitCode = await show(args, interrupt.signal);
  }
} catch (error) {
  if (interrupt.signal.aborted) {
    process.exitCode = 130;
  } else {
    const { text, exitCode } = explain(error);
    console.error(text);
    process.exitCode = exitCode;
  }
}
