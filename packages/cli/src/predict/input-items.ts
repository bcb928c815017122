/** From the arguments INPUT… to files: folders are listed, patterns are matched. */
import { readFile, stat } from "node:fs/promises";
import { isAbsolute, join } from "node:path";
import { addAbortSignal } from "node:stream";
import { glob, isDynamicPattern } from "tinyglobby";
import { CommandError, UsageError } from "../command-errors.js";

/** Endings of the images that sharp reads. */
const imageEndings = ["avif", "gif", "jpeg", "jpg", "png", "svg", "tif", "tiff", "webp"] as const;
const arrayEndings = ["npy", "nd", "params"] as const;

/** One thing to predict from. */
export interface InputItem {
  /** What results call it: the path as it was given, `-` for standard input. */
  readonly name: string;
  /** An array by its ending (standard input: by its first bytes), else an image. */
  readonly kind: "image" | "array";
  /** Its path, or its content. */
  readonly source: string | Uint8Array;
}

/** An argument that leads to nothing; it fails when its turn comes. */
export interface LostItem {
  readonly name: string;
  readonly kind: "lost";
  readonly error: CommandError;
}

/** No argument: all arrays come by `--input`. */
export interface GivenItem {
  /** The files of `--input`. */
  readonly name: string;
  readonly kind: "given";
}

/** Anything that has a result. */
export type Item = InputItem | LostItem | GivenItem;

/**
 * Finds what the arguments mean, in their order.
 *
 * @param inputs - files, folders (not searched deeper), patterns such as `photos/**\/*.jpg`, `-`
 * @param signal - ends the wait for standard input
 * @throws {@link UsageError} `-` twice
 */
export async function expandInputs(
  inputs: readonly string[],
  signal: AbortSignal,
): Promise<Item[]> {
  if (inputs.filter((input) => input === "-").length > 1)
    throw new UsageError("standard input (-) can be read once only");
  const items: Item[] = [];
  for (const input of inputs) items.push(...(await expandOne(input, signal)));
  return items;
}

async function expandOne(input: string, signal: AbortSignal): Promise<Item[]> {
  if (input === "-") return [await standardInput(signal)];
  const found = await stat(input).catch(() => undefined);
  if (found?.isDirectory()) {
    const names = await glob(`*.{${[...imageEndings, ...arrayEndings].join(",")}}`, {
      cwd: input,
      caseSensitiveMatch: false,
      expandDirectories: false,
    });
    if (names.length === 0) return [lost(input, "the folder has no images or arrays")];
    return names.sort().map((name) => fileItem(join(input, name)));
  }
  if (found) return [fileItem(input)];
  if (!isDynamicPattern(input)) return [lost(input, "no such file or folder")];
  const matches = await glob(input, { expandDirectories: false, absolute: isAbsolute(input) });
  if (matches.length === 0) return [lost(input, "no file matches the pattern")];
  return matches.sort().map(fileItem);
}

function lost(name: string, reason: string): LostItem {
  return { name, kind: "lost", error: new CommandError("file", reason) };
}

function fileItem(path: string): InputItem {
  const ending = path.slice(path.lastIndexOf(".") + 1).toLowerCase();
  const kind = (arrayEndings as readonly string[]).includes(ending) ? "array" : "image";
  return { name: path, kind, source: path };
}

/** Reads a file. @throws {@link CommandError} `file`: it cannot be read */
export async function readInputFile(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    const reasons: Record<string, string> = {
      ENOENT: "no such file",
      EISDIR: "it is a folder",
      EACCES: "no permission to read it",
    };
    const reason = reasons[code ?? ""];
    // Node's own message names the path already.
    throw new CommandError("file", reason ? `${path}: ${reason}` : message, undefined, { cause });
  }
}

async function standardInput(signal: AbortSignal): Promise<InputItem | LostItem> {
  const bytes = await readStandardInput(signal);
  if (bytes.length === 0) return lost("-", "standard input is empty");
  return { name: "-", kind: isArrayFile(bytes) ? "array" : "image", source: bytes };
}

async function readStandardInput(signal: AbortSignal): Promise<Uint8Array> {
  if (process.stdin.isTTY)
    throw new UsageError("standard input (-) is the terminal", "Pipe an image or array into it.");
  const chunks: Uint8Array[] = [];
  for await (const chunk of addAbortSignal(signal, process.stdin)) chunks.push(chunk as Uint8Array);
  return Buffer.concat(chunks);
}

/** Whether bytes are a `.npy` file or one of MXNet's array files. */
export function isArrayFile(bytes: Uint8Array): boolean {
  return isNpy(bytes) || (bytes[0] === 0x12 && bytes[1] === 0x01 && bytes[2] === 0);
}

/** Whether bytes begin as `.npy` files do. */
export function isNpy(bytes: Uint8Array): boolean {
  return [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59].every((byte, i) => bytes[i] === byte);
}
