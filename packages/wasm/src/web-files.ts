/** The files of a Platform on the web: by `fetch`, relative to the page or the worker. */
import {
  decodeLabels,
  FileNotRead,
  fetchFile,
  LoadWatch,
  type Platform,
} from "@libpredict/core/platform-kit";
import { type LabelOptions, LoadError, PredictError } from "@libpredict/core/portable";
import { decodeImage } from "./web-image.js";

/** Options of `readLabels`. */
export interface ReadLabelsOptions extends LabelOptions {
  /** Aborts the reading, which rejects with code `aborted`. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Reads a file with the names of classes, in UTF-8; see `parseLabels` for the forms.
 *
 * @param source - a URL, also relative to the page or the worker
 * @param options - whether ids are kept; `signal`
 * @returns a name for each class; the position is the class's index
 * @throws {@link LoadError} the file cannot be read
 * @throws {@link PredictError} `argument`: the content is of no known form, or not UTF-8; the
 *   message begins with the file's name; `aborted`
 */
export async function readLabels(
  source: string | URL,
  options: ReadLabelsOptions = {},
): Promise<readonly string[]> {
  const content = await readContent(source, "label file", options.signal);
  return decodeLabels(content, String(source), options);
}

/**
 * @param what - what is wanted, for messages: "image"
 * @throws {@link LoadError}
 * @throws {@link PredictError} `argument`: no URL; `aborted`
 */
export async function readContent(
  source: string | URL,
  what: string,
  signal?: AbortSignal,
): Promise<Uint8Array> {
  const url = urlOf(source);
  try {
    return await fetchFile(url, new LoadWatch(signal ? { signal } : {}));
  } catch (error) {
    if (!(error instanceof FileNotRead)) throw error;
    const attempt = { source: "URL", path: url.href, reason: error.message };
    throw new LoadError(`no ${what} "${source}"`, [attempt], { cause: error });
  }
}

function urlOf(location: string | URL): URL {
  try {
    return new URL(location, base());
  } catch (cause) {
    throw new PredictError("argument", `"${location}" is no URL`, { cause });
  }
}

/** What relative URLs are relative to. */
function base(): string | undefined {
  return typeof document === "undefined" ? globalThis.location?.href : document.baseURI;
}

export const webFiles: Omit<Platform, "defaultBackend"> = {
  findModel: async (location) => urlOf(location),
  // Nothing here reads files but fetch.
  plainFile: async () => undefined,
  readFile: async (location, watch) => fetchFile(urlOf(location), watch),
  readImage: decodeImage,
  readLabels,
};
