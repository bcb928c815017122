/** The arguments of the command. */
import { basename, extname, join } from "node:path";
import { parseArgs } from "node:util";
import { defaultMinSize } from "./face.js";
import { type DetectorName, detectorNames } from "./model-folders.js";

export const help = `usage: npm run faces -- MODELS_FOLDER PHOTO... [options]

Finds faces in photographs, prints their boxes and landmarks, and draws them into
<photo>-faces.png.

  MODELS_FOLDER         has the networks' files, or a subfolder mtcnn or retinaface-mobile
  PHOTO                 JPEG, PNG, WebP, ...

  --detector NAME       mtcnn (boxes and landmarks; the default) or retinaface (boxes)
  --min-size PIXELS     side of the smallest faces to look for, ${defaultMinSize} by default; at least 12
  --out DIR             where the drawings go: an existing folder, by default the working folder
  --threads N           threads of a network run, by default as many as processors may be used
  --json                one JSON document instead of text
  --help                this text

exit codes: 0 done (also if there are no faces), 1 something failed, 2 wrong arguments, 130 Ctrl-C

  npm run faces -- ../shared/models team.jpg
  npm run faces -- ../shared/models *.jpg --detector retinaface --out drawings --json`;

/** Arguments that mean nothing; the message says which. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

export interface PhotoJob {
  readonly photo: string;
  /** File that the drawing goes to. */
  readonly drawing: string;
}

export interface Command {
  readonly models: string;
  readonly jobs: readonly PhotoJob[];
  readonly detector: DetectorName;
  readonly minSize: number;
  readonly threads?: number;
  readonly json: boolean;
}

/**
 * @param args - without the program's name
 * @returns what to do; `"help"` if help is asked for
 * @throws {@link UsageError} anything that is not as `help` says
 */
export function parseCommandLine(args: readonly string[]): Command | "help" {
  const { values, positionals } = parse(args);
  if (values.help) return "help";
  const [models, ...photos] = positionals;
  if (models === undefined) throw new UsageError("the folder of the models is missing");
  if (photos.length === 0) throw new UsageError("there is no photograph to look at");
  const detector = detectorNames.find((name) => name === values.detector);
  if (detector === undefined) {
    const known = detectorNames.join(" and ");
    throw new UsageError(`there is no detector "${values.detector}"; there are ${known}`);
  }
  const threads = values.threads;
  return {
    models,
    jobs: jobsOf(photos, values.out ?? "."),
    detector,
    minSize: wholeNumber("--min-size", values["min-size"] ?? String(defaultMinSize), 12),
    ...(threads === undefined ? {} : { threads: wholeNumber("--threads", threads, 1) }),
    json: values.json ?? false,
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        detector: { type: "string", default: "mtcnn" },
        "min-size": { type: "string" },
        out: { type: "string" },
        threads: { type: "string" },
        json: { type: "boolean" },
        help: { type: "boolean", short: "h" },
      },
    });
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

function wholeNumber(option: string, text: string, least: number): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < least || !Number.isSafeInteger(value))
    throw new UsageError(`${option} takes a whole number from ${least}, not "${text}"`);
  return value;
}

/** Two photographs never share a drawing. */
function jobsOf(photos: readonly string[], folder: string): PhotoJob[] {
  const byDrawing = new Map<string, string>();
  return photos.map((photo) => {
    const drawing = join(folder, `${basename(photo, extname(photo))}-faces.png`);
    const other = byDrawing.get(drawing);
    if (other !== undefined)
      throw new UsageError(`${other} and ${photo} would both be drawn into ${drawing}`);
    byDrawing.set(drawing, photo);
    return { photo, drawing };
  });
}
