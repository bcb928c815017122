/** Reads label files. */
import { decodeLabels, type LabelOptions } from "../image/labels.js";
import { nameOfSource, readContent } from "./file-content.js";

/** Options of `readLabels`. */
export interface ReadLabelsOptions extends LabelOptions {
  /** Aborts the reading, which rejects with code `aborted`. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Reads a file with the names of classes, in UTF-8; see {@link parseLabels} for the forms.
 *
 * @param source - a path, or a `file:` or `http(s):` URL, also as a string
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
  return decodeLabels(content, nameOfSource(source), options);
}
