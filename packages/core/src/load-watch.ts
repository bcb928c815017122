/** Watches a load: tells how far it is, and stops it when its signal is aborted. */
import { checkSignal, onAbort, throwIfAborted } from "./abort-signal.js";
import { PredictError } from "./predict-error.js";

/** How much of a file has been read. */
export interface LoadProgress {
  /** The file's path or URL; `symbol` or `params` where content was given. */
  readonly file: string;
  readonly loadedBytes: number;
  /** The file's size where it is known, and always in the last event of a file. */
  readonly totalBytes?: number;
}

/** What `Model.load` takes for watching. */
export interface LoadWatchOptions {
  /**
   * Called when a file's reading begins, at most every 50 ms while it goes on, and when it has
   * ended; then `loadedBytes` equals `totalBytes`. What it throws ends the load.
   */
  readonly onProgress?: (progress: LoadProgress) => void;
  /** Aborts the load, which rejects with code `aborted`. */
  readonly signal?: AbortSignal;
}

const intervalMs = 50;

/** The watch of one load. */
export class LoadWatch {
  readonly signal: AbortSignal | undefined;
  readonly #onProgress: ((progress: LoadProgress) => void) | undefined;

  /** @throws {@link PredictError} `argument`: `signal` or `onProgress` is something else */
  constructor(options: LoadWatchOptions = {}) {
    checkSignal(options.signal);
    const onProgress: unknown = options.onProgress ?? undefined;
    if (onProgress !== undefined && typeof onProgress !== "function")
      throw new PredictError("argument", "onProgress must be a function");
    this.signal = options.signal;
    this.#onProgress = options.onProgress;
  }

  /** Whether somebody wants to know how far the load is. */
  get tellsProgress(): boolean {
    return Boolean(this.#onProgress);
  }

  /** @throws {@link PredictError} `aborted` */
  check(): void {
    throwIfAborted(this.signal, "the load was aborted");
  }

  /**
   * Waits for a promise, or until the signal is aborted.
   *
   * @param late - takes the result that comes after all
   * @throws {@link PredictError} `aborted`
   */
  async wait<T>(promise: Promise<T>, late: (result: T) => void = () => {}): Promise<T> {
    const { signal } = this;
    if (!signal) return promise;
    this.check();
    return new Promise<T>((resolve, reject) => {
      let ended = false;
      const forget = onAbort(signal, () => {
        ended = true;
        try {
          this.check();
        } catch (error) {
          reject(error);
        }
      });
      promise.then(
        (result) => {
          forget();
          if (ended) late(result);
          else resolve(result);
        },
        (error: unknown) => {
          forget();
          reject(error);
        },
      );
    });
  }

  /** Begins a file. */
  file(name: string, totalBytes?: number): FileWatch {
    this.check();
    return new FileWatch(this, name, totalBytes, this.#onProgress);
  }
}

/** The watch of one file. */
export class FileWatch {
  loadedBytes = 0;
  #toldAt = Number.NEGATIVE_INFINITY;
  readonly #load: LoadWatch;
  readonly #name: string;
  readonly #totalBytes: number | undefined;
  readonly #onProgress: ((progress: LoadProgress) => void) | undefined;

  constructor(
    load: LoadWatch,
    name: string,
    totalBytes: number | undefined,
    onProgress: ((progress: LoadProgress) => void) | undefined,
  ) {
    this.#load = load;
    this.#name = name;
    this.#totalBytes = totalBytes;
    this.#onProgress = onProgress;
    this.#tell(totalBytes);
  }

  /** More bytes have come. @throws {@link PredictError} `aborted` */
  add(bytes: number): void {
    this.#load.check();
    this.loadedBytes += bytes;
    const { loadedBytes } = this;
    const total = this.#totalBytes;
    // What is complete, or beyond a size that was announced wrongly, is for `end` to tell.
    if (total !== undefined && loadedBytes >= total) return;
    if (performance.now() - this.#toldAt >= intervalMs) this.#tell(total);
  }

  /** The file is complete. */
  end(): void {
    this.#tell(this.loadedBytes);
  }

  #tell(totalBytes: number | undefined): void {
    if (!this.#onProgress) return;
    this.#toldAt = performance.now();
    const { loadedBytes } = this;
    const progress = { file: this.#name, loadedBytes };
    this.#onProgress(totalBytes === undefined ? progress : { ...progress, totalBytes });
  }
}
