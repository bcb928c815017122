/** What a model can be loaded from, brought to bytes. */
import type { ModelPaths, ModelSource } from "./backend.js";
import { type ByteContent, gatherContent } from "./byte-content.js";
import { FileNotRead } from "./file-not-read.js";
import { fetchFile } from "./http-file.js";
import { LoadWatch, type LoadWatchOptions } from "./load-watch.js";
import { platform } from "./platform.js";
import { type LoadAttempt, LoadError, PredictError } from "./predict-error.js";
import { checkWholeNumber } from "./whole-number.js";

/** The end of a symbol file's name, after the prefix. */
export const symbolEnding = "-symbol.json";

/** The end of a parameter file's name, after the prefix. */
export function paramsEnding(epoch: number): string {
  return `-${String(epoch).padStart(4, "0")}.params`;
}

/** The two files of a model, by path or by `file:`, `http:` or `https:` URL. */
export interface ModelFiles {
  readonly symbolFile: string | URL;
  /** Left out for a model without parameters. */
  readonly paramsFile?: string | URL;
}

/** The content of a model's files. */
export interface ModelContent {
  /** The graph's JSON text, or its bytes as UTF-8. A path goes into `symbolFile`. */
  readonly symbol: string | ByteContent;
  /** Content of the `.params` file; left out for a model without parameters. */
  readonly params?: ByteContent;
}

/**
 * What `Model.load` takes: a prefix, a `…-symbol.json` file, both as a path or a URL; files; or
 * content.
 */
export type ModelInput = string | URL | ModelFiles | ModelContent;

/** How `Model.load` reads. */
export interface ReadModelOptions extends LoadWatchOptions {
  /**
   * Which `prefix-NNNN.params` to take: `epoch: 5` means `prefix-0005.params`. By default the
   * highest there is; at an `http(s):` URL, where folders cannot be listed, 0.
   */
  readonly epoch?: number;
}

const forms =
  "a model is loaded from a prefix, { symbolFile, paramsFile } or { symbol, params } with their content";

/** Where a model is. */
export interface LocatedModel {
  /** Its files, where a backend may read them itself: plain ones on this machine. */
  readonly paths?: ModelPaths | undefined;
  /**
   * Brings it to memory.
   *
   * @throws {@link LoadError} something was not found, or could not be read to its end
   * @throws {@link PredictError} `aborted`; `memory`; `argument`: not content
   */
  read(): Promise<ModelSource>;
}

/**
 * Finds out where a model is.
 *
 * @throws {@link LoadError} a prefix without files
 * @throws {@link PredictError} `argument`: not an input, or an option that does not go with it;
 *   `aborted`; `unavailable`: files, where the platform has none
 */
export async function locateModel(
  input: ModelInput,
  options: ReadModelOptions,
): Promise<LocatedModel> {
  const { epoch } = options;
  if (epoch !== undefined) checkWholeNumber("epoch", epoch, 0);
  const watch = new LoadWatch(options);
  watch.check();
  if (typeof input === "string" || input instanceof URL) {
    const url = webUrl(input);
    if (url) return { read: () => readModelUrls(url, epoch, watch) };
    const found = await platform().findModel(input, epoch);
    if (found instanceof URL) return { read: () => readModelUrls(found, epoch, watch) };
    const { symbolPath, paramsPath } = found;
    return locateFiles(`model "${input}"`, symbolPath, paramsPath, watch);
  }
  if (typeof input !== "object" || input === null) throw new PredictError("argument", forms);
  if (epoch !== undefined)
    throw new PredictError(
      "argument",
      "epoch chooses among the files of a prefix; here they are given",
    );
  const isFiles = "symbolFile" in input;
  if (isFiles === "symbol" in input || (isFiles ? "params" in input : "paramsFile" in input))
    throw new PredictError("argument", forms);
  if (!isFiles) return { read: () => readContents(input, watch) };
  const { symbolFile, paramsFile } = input as ModelFiles;
  const given = paramsFile === undefined ? [symbolFile] : [symbolFile, paramsFile];
  if (!given.every((file) => file instanceof URL || typeof file === "string"))
    throw new PredictError("argument", "symbolFile and paramsFile must be paths or URLs");
  return locateFiles(`model "${symbolFile}"`, symbolFile, paramsFile, watch);
}

/** The URL that a location stands for if it is one of the web's. @throws {@link PredictError} `argument`: another scheme, or no URL */
function webUrl(location: string | URL): URL | undefined {
  // Two letters at least: C:\models is a path.
  const scheme = /^([a-z][a-z\d+.-]+):/i.exec(String(location))?.[1]?.toLowerCase();
  const isUrl = location instanceof URL || (scheme !== undefined && /^[^:]+:\/\//.test(location));
  if (!isUrl || scheme === "file") return undefined;
  if (scheme === "http" || scheme === "https") {
    try {
      return new URL(location);
    } catch (cause) {
      throw new PredictError("argument", `"${location}" is no URL`, { cause });
    }
  }
  throw new PredictError(
    "argument",
    `"${location}": models are loaded from paths and from file:, http: and https: URLs`,
  );
}

/** `url` with an ending in its path; query and fragment stay. */
function withEnding(url: URL, ending: string): URL {
  const file = new URL(url);
  file.pathname += ending;
  return file;
}

async function readModelUrls(
  url: URL,
  epoch: number | undefined,
  watch: LoadWatch,
): Promise<ModelSource> {
  const prefix = new URL(url);
  if (prefix.pathname.endsWith(symbolEnding))
    prefix.pathname = prefix.pathname.slice(0, -symbolEnding.length);
  const notEpoch =
    epoch === undefined
      ? "; a folder at a URL cannot be listed, so epoch 0 was tried: give { epoch }"
      : "";
  return readParts(`model "${url}"`, [
    {
      part: "symbol",
      file: withEnding(prefix, symbolEnding),
      read: (file) => fetchFile(file as URL, watch),
    },
    {
      part: "parameters",
      file: withEnding(prefix, paramsEnding(epoch ?? 0)),
      read: (file) => fetchFile(file as URL, watch),
      hint: notEpoch,
    },
  ]);
}

/** @param what - what is loaded, for messages */
async function locateFiles(
  what: string,
  symbolFile: string | URL,
  paramsFile: string | URL | undefined,
  watch: LoadWatch,
): Promise<LocatedModel> {
  const read = (file: string | URL): Promise<Uint8Array> => {
    const url = webUrl(file);
    return url ? fetchFile(url, watch) : platform().readFile(file, watch);
  };
  const parts: ModelPart[] = [{ part: "symbol", file: symbolFile, read }];
  if (paramsFile !== undefined) parts.push({ part: "parameters", file: paramsFile, read });
  return {
    paths: await pathsOf(symbolFile, paramsFile),
    read: () => readParts(what, parts),
  };
}

/** The paths of plain files; undefined where one is something else. */
async function pathsOf(
  symbolFile: string | URL,
  paramsFile: string | URL | undefined,
): Promise<ModelPaths | undefined> {
  const pathOf = async (file: string | URL): Promise<string | undefined> =>
    webUrl(file) ? undefined : platform().plainFile(file);
  const symbolPath = await pathOf(symbolFile);
  if (symbolPath === undefined) return undefined;
  if (paramsFile === undefined) return { symbolPath };
  const paramsPath = await pathOf(paramsFile);
  return paramsPath === undefined ? undefined : { symbolPath, paramsPath };
}

async function readContents(content: ModelContent, watch: LoadWatch): Promise<ModelSource> {
  const { symbol, params } = content;
  if (typeof symbol === "string" && /^[^{\n]*\.json\s*$/.test(symbol))
    throw new PredictError(
      "argument",
      `symbol is the JSON text; a path goes into symbolFile: "${symbol}"`,
    );
  if (typeof params === "string")
    throw new PredictError(
      "argument",
      "params are bytes; a path goes into paramsFile, with symbolFile",
    );
  const gather = async (part: "symbol" | "params"): Promise<Uint8Array> => {
    try {
      return await gatherContent(content[part], part, part === "symbol", watch);
    } catch (error) {
      if (!(error instanceof FileNotRead)) throw error;
      throw new LoadError("no model", [{ source: part, reason: error.message }], { cause: error });
    }
  };
  const graph = typeof symbol === "string" ? symbol : await gather("symbol");
  return params === undefined
    ? { symbol: graph }
    : { symbol: graph, params: await gather("params") };
}

/** One file of a model, and how it is read. */
interface ModelPart {
  readonly part: "symbol" | "parameters";
  readonly file: string | URL;
  readonly read: (file: string | URL) => Promise<Uint8Array>;
  /** Said with the reason if it is not read. */
  readonly hint?: string;
}

/**
 * Reads the parts of a model, one after the other.
 *
 * @param what - what is loaded, for the message
 * @throws {@link LoadError} the first part that is not read, after those that are
 */
async function readParts(what: string, parts: readonly ModelPart[]): Promise<ModelSource> {
  const tried: LoadAttempt[] = [];
  const read: Uint8Array[] = [];
  for (const { part, file, read: readPart, hint = "" } of parts) {
    const path = String(file);
    try {
      read.push(await readPart(file));
      tried.push({ source: part, path, reason: "found" });
    } catch (error) {
      if (!(error instanceof FileNotRead)) throw error;
      tried.push({ source: part, path, reason: error.message + hint });
      throw new LoadError(`no ${what}`, tried, { cause: error.cause ?? error });
    }
  }
  const [symbol, params] = read as [Uint8Array, Uint8Array?];
  return params === undefined ? { symbol } : { symbol, params };
}
