/** Reads label files. */
import { parseLabels } from "../image/labels.js";
import { PredictError } from "../predict-error.js";

/**
 * Reads a file with the names of classes; see {@link parseLabels} for the forms.
 *
 * @param source - a path, or a `file:` or `http(s):` URL
 * @throws {@link LoadError} the file cannot be read
 * @throws {@link PredictError} `argument`: the text is of no known form
 */
export async function readLabels(source: string | URL): Promise<readonly string[]> {
  void source;
  void parseLabels;
  throw new PredictError("unavailable", "readLabels is being written");
}
