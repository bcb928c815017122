/**
 * What the surroundings provide: a default backend, and files. The Node entry sets it;
 * without one, a model needs an explicit backend and its content in memory.
 */
import type { Backend, ModelPaths } from "./backend.js";
import type { Image } from "./image/image.js";
import type { LoadWatch } from "./load-watch.js";
import { PredictError } from "./predict-error.js";

interface ReadOptions {
  readonly signal?: AbortSignal | undefined;
}

export interface Platform {
  /** The backend used when none is given. */
  defaultBackend(): Backend | Promise<Backend>;
  /**
   * Finds `prefix-symbol.json` and the `prefix-NNNN.params` of an epoch, by default the highest.
   *
   * @param location - the prefix or the symbol file: a path or a `file:` URL
   * @returns the files; where they are on the web, the URL that the location stands for
   */
  findModel(location: string | URL, epoch: number | undefined): Promise<Required<ModelPaths> | URL>;
  /** The absolute path of a file that has a size and is there; undefined for anything else. */
  plainFile(location: string | URL): Promise<string | undefined>;
  /**
   * Reads one file.
   *
   * @throws FileNotRead, with the reason
   */
  readFile(location: string | URL, watch: LoadWatch): Promise<Uint8Array>;
  /** Decodes an image from a path, a URL or the file's content. */
  readImage(source: string | URL | Uint8Array, options?: ReadOptions): Promise<Image>;
  /** Reads names of classes from a path or URL. */
  readLabels(source: string | URL, options?: ReadOptions): Promise<readonly string[]>;
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
