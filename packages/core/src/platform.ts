/**
 * What the surroundings provide: a default backend, and files. The Node entry sets it;
 * without one, a model needs an explicit backend and its content in memory.
 */
import type { Backend, ModelSource } from "./backend.js";
import type { Image } from "./image/image.js";
import { PredictError } from "./predict-error.js";

export interface Platform {
  /** The backend used when none is given. */
  defaultBackend(): Backend;
  /** Reads `prefix-symbol.json` and the newest `prefix-NNNN.params`. */
  readModel(prefix: string | URL): Promise<ModelSource>;
  /** Decodes an image from a path, a URL or the file's content. */
  readImage(source: string | URL | Uint8Array): Promise<Image>;
  /** Reads names of classes from a path or URL. */
  readLabels(source: string | URL): Promise<readonly string[]>;
}

let current: Platform | undefined;

/** Called once, by the entry for a platform. */
export function setPlatform(platform: Platform): void {
  current = platform;
}

/** @throws {@link PredictError} `unavailable`: this entry of the package has no platform */
export function platform(): Platform {
  if (!current)
    throw new PredictError(
      "unavailable",
      "this platform has no backend and no files: pass { backend } and the model's content",
    );
  return current;
}
