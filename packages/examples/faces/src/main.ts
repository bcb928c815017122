#!/usr/bin/env node
/**
 * `npm run faces -- MODELS_FOLDER PHOTO...`: see `help` in command-line.ts. Text and JSON go to the standard
 * output, errors to the standard error; a photograph that fails does not stop the others.
 */
import { stat, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { decodeImage, PredictError } from "@libpredict/core";
import { type Command, help, type PhotoJob, parseCommandLine, UsageError } from "./command-line.js";
import { drawFaces } from "./draw-faces.js";
import type { Face, FaceDetector } from "./face.js";
import { type DetectorName, findModels } from "./model-folders.js";
import { MtcnnDetector } from "./mtcnn.js";
import { type PhotoReport, photoText } from "./photo-report.js";
import { RetinaFaceDetector } from "./retinaface.js";

const detectors: Readonly<Record<DetectorName, typeof MtcnnDetector | typeof RetinaFaceDetector>> =
  { mtcnn: MtcnnDetector, retinaface: RetinaFaceDetector };

async function examine(
  detector: FaceDetector,
  { photo, drawing }: PhotoJob,
  signal: AbortSignal,
): Promise<PhotoReport> {
  const image = await decodeImage(photo);
  const began = performance.now();
  const faces: readonly Face[] = await detector.detect(image, { signal });
  const milliseconds = Math.round(performance.now() - began);
  signal.throwIfAborted();
  await writeFile(drawing, await drawFaces(image, faces));
  return { photo, width: image.width, height: image.height, milliseconds, drawing, faces };
}

/** The exit code. Rejects with the signal's reason when it is aborted. */
async function run(command: Command, signal: AbortSignal): Promise<number> {
  const folder = await findModels(command.detector, command.models);
  const { minSize, threads } = command;
  for (const { drawing } of command.jobs.slice(0, 1)) {
    if (!(await stat(dirname(drawing)).catch(() => undefined))?.isDirectory())
      throw new UsageError(`--out: there is no folder ${dirname(drawing)}`);
  }
  using detector = await detectors[command.detector].load(folder, {
    minSize,
    ...(threads === undefined ? {} : { threads }),
  });
  const reports: PhotoReport[] = [];
  for (const job of command.jobs) {
    try {
      const report = await examine(detector, job, signal);
      reports.push(report);
      if (!command.json) console.log(photoText(report));
    } catch (error) {
      if (signal.aborted) throw error;
      const message = messageOf(error);
      console.error(`error: ${message.includes(job.photo) ? "" : `${job.photo}: `}${message}`);
    }
  }
  if (command.json) {
    const { detector: name } = command;
    console.log(JSON.stringify({ detector: name, minSize, photos: reports }, undefined, 2));
  }
  return reports.length === command.jobs.length ? 0 : 1;
}

function messageOf(error: unknown): string {
  if (error instanceof PredictError) return `${error.message} (${error.code})`;
  return error instanceof Error ? error.message : String(error);
}

const interrupt = new AbortController();
// Once: a second Ctrl-C ends the process the hard way, should the first not get through.
process.once("SIGINT", () => interrupt.abort());
// A reader that has seen enough (`| head`) is no error.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  process.exit();
});

try {
  const command = parseCommandLine(process.argv.slice(2));
  if (command === "help") console.log(help);
  else process.exitCode = await run(command, interrupt.signal);
} catch (error) {
  if (interrupt.signal.aborted) {
    process.exitCode = 130;
  } else {
    console.error(`error: ${messageOf(error)}`);
    if (error instanceof UsageError) console.error("--help says what it takes");
    process.exitCode = error instanceof UsageError ? 2 : 1;
  }
}
