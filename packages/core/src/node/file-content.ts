/** Reads whole files, and what URLs stand for. */
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { LoadError, PredictError } from "../predict-error.js";

/**
 * @param source - a path, or a `file:`, `http:` or `https:` URL, also as a string
 * @param what - what is wanted, for messages: "image"
 * @throws {@link LoadError} it cannot be read; `cause` has the reason
 * @throws {@link PredictError} `argument`: neither a path nor such a URL
 */
export async function readContent(source: string | URL, what: string): Promise<Uint8Array> {
  if (!(source instanceof URL) && (typeof source !== "string" || source === ""))
    throw new PredictError("argument", `an ${what} is read from a path or a URL`);
  if (typeof source === "string" && !/^(file|https?):/i.test(source)) return readPath(source, what);
  const url = urlOf(source);
  if (url?.protocol === "http:" || url?.protocol === "https:") return fetchContent(url, what);
  if (url?.protocol !== "file:" || url.host !== "")
    throw new PredictError(
      "argument",
      `${what} "${nameOfSource(source)}": not a URL with file:, http: or https:`,
    );
  return readPath(fileURLToPath(url), what);
}

function urlOf(source: string | URL): URL | undefined {
  try {
    return new URL(source);
  } catch {
    return undefined;
  }
}

/** What messages call a source. */
export function nameOfSource(source: string | URL): string {
  return source instanceof URL ? source.href : source;
}

async function readPath(path: string, what: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const reason = code === "ENOENT" ? "no such file" : message;
    throw notRead(what, path, [{ source: "file", path: resolve(path), reason }], error);
  }
}

async function fetchContent(url: URL, what: string): Promise<Uint8Array> {
  let reason: string;
  let cause: unknown;
  try {
    const response = await fetch(url);
    if (response.ok) return new Uint8Array(await response.arrayBuffer());
    reason = `status ${response.status} ${response.statusText}`;
  } catch (error) {
    const { cause: inner, message } = error as Error;
    reason = inner instanceof Error ? inner.message : message;
    cause = error;
  }
  throw notRead(what, url.href, [{ source: "URL", path: url.href, reason }], cause);
}

function notRead(
  what: string,
  name: string,
  tried: ConstructorParameters<typeof LoadError>[1],
  cause: unknown,
): LoadError {
  return new LoadError(`no ${what} "${name}"`, tried, cause === undefined ? {} : { cause });
}
