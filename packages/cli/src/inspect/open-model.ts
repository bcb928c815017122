/** Opens a model for looking at it: the graph alone is enough. */
import { type Backend, LoadError, Model } from "@libpredict/core";
import { readSymbolFile } from "../symbol-file.js";

/** A model, and the text of its graph. */
export interface OpenedModel {
  readonly model: Model;
  /** Content of its `*-symbol.json`. */
  readonly symbol: Uint8Array;
  /** Path of its files without the endings. */
  readonly prefix: string;
  /** Whether it came with a file of parameters. */
  readonly hasParameters: boolean;
}

/**
 * Opens a model; one that has no file of parameters too.
 *
 * @param source - a prefix or a `*-symbol.json`
 * @throws CommandError `load`: there is no such graph; PredictError as `Model.load`
 */
export async function openModel(source: string, backend: Backend): Promise<OpenedModel> {
  const { path, content: symbol } = await readSymbolFile(source);
  const prefix = path.replace(/(-symbol)?\.json$/, "");
  try {
    const model = await Model.load(prefix, { backend });
    return { model, symbol, prefix, hasParameters: true };
  } catch (error) {
    if (!lacksParametersOnly(error)) throw error;
    const model = await Model.load({ symbol }, { backend });
    return { model, symbol, prefix, hasParameters: false };
  }
}

/** Whether a model was not found because no file of parameters is there at all. */
function lacksParametersOnly(error: unknown): boolean {
  return (
    error instanceof LoadError &&
    error.tried.some(
      ({ source, reason }) => source === "parameters" && reason.startsWith("no such"),
    )
  );
}
