/** Reads whole files of any kind, from where a path or a URL says. */
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { FileNotRead } from "../file-not-read.js";
import { fetchFile } from "../http-file.js";
import { LoadWatch } from "../load-watch.js";
import { LoadError, PredictError } from "../predict-error.js";
import { readWatchedFile } from "./model-files.js";

/**
 * @param source - a path, or a `file:`, `http:` or `https:` URL, also as a string
 * @param what - what is wanted, for messages: "image"
 * @param signal - aborts the reading
 * @throws {@link LoadError} it cannot be read; `cause` has the reason
 * @throws {@link PredictError} `argument`: neither a path nor such a URL; `aborted`
 */
export async function readContent(
  source: string | URL,
  what: string,
  signal?: AbortSignal,
): Promise<Uint8Array> {
  if (!(source instanceof URL) && (typeof source !== "string" || source === ""))
    throw new PredictError(
      "argument",
      `${what}: expected a path, a URL or a Uint8Array with its content`,
    );
  const place = placeOf(source, what);
  const watch = new LoadWatch(signal ? { signal } : {});
  try {
    return await (place instanceof URL ? fetchFile(place, watch) : readWatchedFile(place, watch));
  } catch (error) {
    if (!(error instanceof FileNotRead)) throw error;
    const isUrl = place instanceof URL;
    const attempt = {
      source: isUrl ? "URL" : "file",
      path: isUrl ? place.href : resolve(place),
      reason: error.message,
    };
    throw new LoadError(`no ${what} "${nameOfSource(source)}"`, [attempt], { cause: error });
  }
}

/** What messages call a source. */
export function nameOfSource(source: string | URL): string {
  return source instanceof URL ? source.href : source;
}

/** A path, or a URL to fetch. */
function placeOf(source: string | URL, what: string): string | URL {
  if (typeof source === "string" && !/^(file|https?):/i.test(source)) return source;
  try {
    const url = new URL(source);
    if (url.protocol === "http:" || url.protocol === "https:") return url;
    return fileURLToPath(url);
  } catch (cause) {
    const { message } = cause as Error;
    throw new PredictError("argument", `${what} "${nameOfSource(source)}": ${message}`, { cause });
  }
}
