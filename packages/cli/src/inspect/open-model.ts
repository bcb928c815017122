/** Opens a model for looking at it: the graph alone is enough. */
import { type Backend, LoadError, Model } from "@libpredict/core";
import { UsageError } from "../command-errors.js";
import { readSymbolFile } from "../symbol-file.js";

/** What was opened. */
export interface OpenedModel {
  readonly model: Model;
  /** Content of its `*-symbol.json`. */
  readonly symbol: Uint8Array;
  /** Its files, to load it again. */
  readonly files: ModelFiles;
}

/** Which parameters to take; by default the last epoch's beside the graph. */
export interface ChosenParameters {
  /** A file of any name. */
  readonly params?: string;
  readonly epoch?: number;
}

/** The files of a model. */
export interface ModelFiles {
  /** Path of its files without the endings, or of the graph's. */
  readonly source: string;
  /** Another file of parameters than the newest beside the graph. */
  readonly paramsFile?: string;
  /** Another epoch than the last. */
  readonly epoch?: number;
  /** Whether there is a file of parameters. */
  readonly hasParameters: boolean;
}

/**
 * Opens a model; one that has no file of parameters too.
 *
 * @param source - a prefix or a `*-symbol.json`
 * @throws UsageError a file of parameters and an epoch at the same time; CommandError `load`: there is no such graph; PredictError as `Model.load`
 */
export async function openModel(
  source: string,
  { params, epoch }: ChosenParameters,
  backend: Backend,
): Promise<OpenedModel> {
  if (params !== undefined && epoch !== undefined)
    throw new UsageError("--params and --epoch exclude each other");
  const { path, content: symbol } = await readSymbolFile(source);
  const given = {
    source: path,
    ...(params !== undefined && { paramsFile: params }),
    ...(epoch !== undefined && { epoch }),
  };
  try {
    const files = { ...given, hasParameters: true };
    return { model: await loadFiles(files, backend), symbol, files };
  } catch (error) {
    if (params !== undefined || epoch !== undefined || !lacksParametersOnly(error)) throw error;
    return {
      model: await Model.load({ symbol }, { backend }),
      symbol,
      files: { ...given, hasParameters: false },
    };
  }
}

/** Loads a model from its files. @throws PredictError as `Model.load` */
export function loadFiles(
  { source, paramsFile, epoch }: ModelFiles,
  backend: Backend,
): Promise<Model> {
  return Model.load(
    paramsFile === undefined
      ? source.replace(/(-symbol)?\.json$/, "")
      : { symbolFile: source, paramsFile },
    { backend, ...(epoch !== undefined && { epoch }) },
  );
}

/** Whether a model was not found because no file of parameters is there at all. */
function lacksParametersOnly(error: unknown): boolean {
  return (
    error instanceof LoadError &&
    error.tried.some(
      ({ source, reason }) => source === "parameters" && reason.startsWith("no such file"),
    )
  );
}
