/** Names of a classifier's classes, in the forms in which they come. */
import { PredictError } from "../predict-error.js";

/**
 * Reads the names of classes.
 *
 * @param text - `synset.txt`, JSON or one name per line
 * @returns a name for each class; the position is the class's index
 * @throws {@link PredictError} `argument`: the text is none of these
 */
export function parseLabels(text: string): readonly string[] {
  void text;
  throw new PredictError("unavailable", "parseLabels is being written");
}
