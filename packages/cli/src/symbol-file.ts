/** Finds and reads the graph of a model, without its parameters. */
import { readFile } from "node:fs/promises";
import { type LoadAttempt, LoadError } from "@libpredict/core";
import { UsageError } from "./command-errors.js";

/** A graph as it was found. */
export interface SymbolFile {
  readonly path: string;
  readonly content: Uint8Array;
}

/**
 * Reads the graph of a model.
 *
 * @param model - a prefix (`models/digits` means `models/digits-symbol.json`) or a JSON file
 * @throws {@link UsageError} a URL
 * @throws {@link LoadError} there is no such file; the places that were tried are listed
 */
export async function readSymbolFile(model: string): Promise<SymbolFile> {
  if (/^[a-z]{2,}:\/\//i.test(model))
    throw new UsageError(
      `${model} is a URL, this command takes local files`,
      "Download the symbol file and the parameters; libpredict predict takes URLs.",
    );
  const places = model.endsWith(".json") ? [model] : [`${model}-symbol.json`, `${model}.json`];
  const tried: LoadAttempt[] = [];
  for (const path of places)
    try {
      return { path, content: await readFile(path) };
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      tried.push({ source: "symbol", path, reason: code === "ENOENT" ? "no such file" : message });
    }
  throw new LoadError(`no model "${model}"`, tried);
}
