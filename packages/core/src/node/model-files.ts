/** Finds and reads the files of a model. */
import { type FileHandle, open, readdir, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { allocateArray } from "../array-allocation.js";
import type { ModelPaths } from "../backend.js";
import { ByteGatherer } from "../byte-content.js";
import { FileNotRead } from "../file-not-read.js";
import type { FileWatch, LoadWatch } from "../load-watch.js";
import { paramsEnding, symbolEnding } from "../model-input.js";
import { nearNames } from "../near-names.js";
import { type LoadAttempt, LoadError, PredictError } from "../predict-error.js";

const noSuchFile = "no such file or directory";

/** Bytes that one call reads. Small enough for progress and for an abort, large enough for speed. */
const pieceBytes = 4 * 2 ** 20;

/**
 * Finds `prefix-symbol.json` and `prefix-NNNN.params`.
 *
 * @param location - path without the endings, or of the symbol file; relative to the working directory
 * @param epoch - NNNN; by default the highest there is
 * @throws {@link LoadError} listing what was looked for, and what there is instead
 * @throws {@link PredictError} `argument`: not a path
 */
export async function findModelFiles(
  location: string | URL,
  epoch?: number,
): Promise<Required<ModelPaths>> {
  const given = pathOf(location);
  const prefix = given.endsWith(symbolEnding) ? given.slice(0, -symbolEnding.length) : given;
  const symbolPath = `${prefix}${symbolEnding}`;
  const symbolReason = await reasonAgainst(symbolPath);
  const params = await findParams(prefix, epoch);
  if (symbolReason === undefined && "path" in params)
    return { symbolPath, paramsPath: params.path };
  const hint = symbolReason === undefined ? "" : await symbolHint(prefix);
  const tried: LoadAttempt[] = [
    { source: "symbol", path: symbolPath, reason: symbolReason ? symbolReason + hint : "found" },
    "path" in params
      ? { source: "parameters", path: params.path, reason: "found" }
      : { source: "parameters", path: params.pattern, reason: params.reason },
  ];
  throw new LoadError(`no model "${location}"`, tried);
}

/**
 * The absolute path of a file that has a size and is there; undefined for anything else: a folder,
 * a pipe, nothing.
 *
 * @throws {@link PredictError} `argument`: not a path
 */
export async function plainFile(location: string | URL): Promise<string | undefined> {
  const path = pathOf(location);
  const status = await stat(path).catch(() => undefined);
  return status?.isFile() ? path : undefined;
}

/**
 * Reads a file of any size into one array; `fs.readFile` ends at 2 GiB.
 *
 * @throws {@link FileNotRead} with the reason
 * @throws {@link PredictError} `aborted`; `memory`: it does not fit one array; `argument`: not a path
 */
export async function readWatchedFile(
  location: string | URL,
  watch: LoadWatch,
): Promise<Uint8Array> {
  const path = pathOf(location);
  watch.check();
  let file: FileHandle | undefined;
  try {
    file = await open(path);
    const status = await file.stat();
    if (status.isDirectory()) throw new FileNotRead("a folder, not a file");
    return status.isFile()
      ? await readWhole(file, status.size, watch.file(path, status.size))
      : await readPieces(file, watch.file(path));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).syscall === undefined) throw error;
    throw new FileNotRead(reasonOf(error) + (await filesNear(path)), { cause: error });
  } finally {
    await file?.close();
  }
}

async function readWhole(file: FileHandle, size: number, progress: FileWatch): Promise<Uint8Array> {
  const whole = allocateArray(Uint8Array, size);
  for (let at = 0; at < size; at = progress.loadedBytes) {
    const { bytesRead } = await file.read(whole, at, Math.min(pieceBytes, size - at), null);
    if (bytesRead === 0) throw new FileNotRead(`the file ended after ${at} of ${size} bytes`);
    progress.add(bytesRead);
  }
  progress.end();
  return whole;
}

/** Of what has no size beforehand: a pipe. */
async function readPieces(file: FileHandle, progress: FileWatch): Promise<Uint8Array> {
  const gatherer = new ByteGatherer();
  for (;;) {
    const piece = new Uint8Array(pieceBytes);
    const { bytesRead } = await file.read(piece, 0, pieceBytes, null);
    if (bytesRead === 0) break;
    gatherer.add(piece.subarray(0, bytesRead));
    progress.add(bytesRead);
  }
  progress.end();
  return gatherer.take();
}

function pathOf(location: string | URL): string {
  try {
    const isUrl = location instanceof URL || /^file:\/\//i.test(location);
    return resolve(isUrl ? fileURLToPath(location) : location);
  } catch (cause) {
    throw new PredictError("argument", `"${location}" is no path: ${(cause as Error).message}`, {
      cause,
    });
  }
}

/** Why there is no such file; undefined if there is. */
async function reasonAgainst(path: string): Promise<string | undefined> {
  try {
    await stat(path);
    return undefined;
  } catch (error) {
    return reasonOf(error);
  }
}

/** The parameters of an epoch, or of the highest one. */
async function findParams(
  prefix: string,
  epoch: number | undefined,
): Promise<{ path: string } | { pattern: string; reason: string }> {
  const wanted = epoch === undefined ? undefined : `${prefix}${paramsEnding(epoch)}`;
  const reason = wanted && (await reasonAgainst(wanted));
  if (wanted && reason === undefined) return { path: wanted };
  const pattern = wanted ?? `${prefix}-NNNN.params`;
  let names: string[];
  try {
    names = await readdir(dirname(prefix));
  } catch (error) {
    return { pattern, reason: reasonOf(error) };
  }
  const start = `${basename(prefix)}-`;
  const epochs = names
    .flatMap((name) => {
      const digits = name.startsWith(start)
        ? /^(\d{4,})\.params$/.exec(name.slice(start.length))?.[1]
        : undefined;
      return digits === undefined ? [] : [{ name, epoch: Number(digits) }];
    })
    .sort((a, b) => a.epoch - b.epoch);
  const last = epochs.at(-1);
  if (!wanted && last) return { path: join(dirname(prefix), last.name) };
  if (last)
    return { pattern, reason: `${reason}; there are epochs ${listOf(epochs.map((e) => e.epoch))}` };
  const others = names.filter((name) => name.endsWith(".params"));
  const files = others.length > 0 ? `; the folder has ${listOf(nearNames(start, others))}` : "";
  return {
    pattern,
    reason: `no such file${files}; files of other names, and models without parameters, are loaded with { symbolFile, paramsFile }`,
  };
}

/** What there is instead of the symbol. */
async function symbolHint(prefix: string): Promise<string> {
  const status = await stat(prefix).catch(() => undefined);
  if (status?.isFile())
    return `; "${basename(prefix)}" itself is a file: give its prefix, or { symbolFile, paramsFile }`;
  const folder = status?.isDirectory() ? prefix : dirname(prefix);
  const names = await readdir(folder).catch(() => []);
  const prefixes = names.flatMap((name) =>
    name.endsWith(symbolEnding) ? [name.slice(0, -symbolEnding.length)] : [],
  );
  if (prefixes.length === 0)
    return status?.isDirectory() ? "; that is a folder without models" : "";
  const near = nearNames(basename(prefix), prefixes).map((name) => join(folder, name));
  return `; the folder has ${listOf(near)}`;
}

/** What the folder of a file that does not exist has instead. */
async function filesNear(path: string): Promise<string> {
  if ((await reasonAgainst(path)) !== noSuchFile) return "";
  const names = await readdir(dirname(path)).catch(() => []);
  const near = nearNames(basename(path), names, 3);
  return near.length > 0 ? `; the folder has ${listOf(near)}` : "";
}

function listOf(items: readonly (string | number)[]): string {
  const shown = items.length > 10 ? [...items.slice(0, 3), "…", ...items.slice(-3)] : items;
  return shown
    .map((item) => (typeof item === "string" && item !== "…" ? `"${item}"` : item))
    .join(", ");
}

function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === "ENOENT" || code === "ENOTDIR") return noSuchFile;
  if (code === "EACCES" || code === "EPERM") return "no permission to read it";
  return message;
}
