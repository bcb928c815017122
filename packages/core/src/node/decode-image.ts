/** Decodes image files with sharp, where it is installed. */
import type { Image } from "../image/image.js";
import { PredictError } from "../predict-error.js";

/**
 * Decodes an image file: JPEG, PNG, WebP, AVIF, TIFF, GIF, SVG and what else sharp reads.
 *
 * @param source - a path, a `file:` or `http(s):` URL, or the file's content
 * @returns an image of 1, 3 or 4 channels
 * @throws {@link PredictError} `unavailable`: sharp is not installed; `image`: not an image, or a damaged one; `argument`: not a source
 * @throws {@link LoadError} the file cannot be read
 */
export async function decodeImage(source: string | URL | Uint8Array): Promise<Image> {
  void source;
  throw new PredictError("unavailable", "decodeImage is being written");
}
