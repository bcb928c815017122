/** Finds and reads the files of a model. */
import { readdir, readFile } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { ModelSource } from "../backend.js";
import { type LoadAttempt, LoadError } from "../predict-error.js";

/**
 * Reads `prefix-symbol.json` and the `prefix-NNNN.params` with the highest number.
 *
 * @param prefix - path without the endings; relative to the working directory
 * @throws {@link LoadError} listing what was looked for
 */
export async function readModelFiles(prefix: string | URL): Promise<ModelSource> {
  const path = resolve(prefix instanceof URL ? fileURLToPath(prefix) : prefix);
  const tried: LoadAttempt[] = [];
  const symbolPath = `${path}-symbol.json`;
  const symbol = await readOrNote("symbol", symbolPath, tried);
  const paramsPath = await newestParams(path, tried);
  const params = paramsPath && (await readOrNote("parameters", paramsPath, tried));
  if (!symbol || !params) throw new LoadError(`no model "${prefix}"`, tried);
  return { symbol, params };
}

async function readOrNote(
  source: string,
  path: string,
  tried: LoadAttempt[],
): Promise<Uint8Array | undefined> {
  try {
    const content = await readFile(path);
    tried.push({ source, path, reason: "found" });
    return content;
  } catch (error) {
    tried.push({ source, path, reason: reasonOf(error) });
    return undefined;
  }
}

async function newestParams(path: string, tried: LoadAttempt[]): Promise<string | undefined> {
  const pattern = `${path}-NNNN.params`;
  const start = `${basename(path)}-`;
  let best: { name: string; epoch: number } | undefined;
  try {
    for (const name of await readdir(dirname(path))) {
      const digits = name.startsWith(start)
        ? /^(\d{4,})\.params$/.exec(name.slice(start.length))?.[1]
        : undefined;
      if (digits === undefined) continue;
      const epoch = Number(digits);
      if (!best || epoch > best.epoch) best = { name, epoch };
    }
  } catch (error) {
    tried.push({ source: "parameters", path: pattern, reason: reasonOf(error) });
    return undefined;
  }
  if (best) return join(dirname(path), best.name);
  tried.push({ source: "parameters", path: pattern, reason: "no such file" });
  return undefined;
}

function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === "ENOENT") return "no such file or directory";
  return message;
}
