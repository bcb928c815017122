/** Runs tasks one after the other; a task that has not begun can be dropped. */
import { PredictError } from "./predict-error.js";

interface Entry {
  start: (ended: () => void) => void;
  drop: (error: PredictError) => void;
}

export class RunQueue {
  readonly #waiting: Entry[] = [];
  #running = false;

  /** Whether a task is running or waits. */
  get busy(): boolean {
    return this.#running || this.#waiting.length > 0;
  }

  /**
   * Runs a task when those before it are over; at once, before this returns, if there are none.
   *
   * @param task - the work
   * @param signal - drops the task, if it aborts before the task begins
   * @returns what the task gives
   * @throws {@link PredictError} `aborted`: the signal was aborted before the task began
   */
  run<T>(task: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      if (signal?.aborted) {
        reject(aborted(signal));
        return;
      }
      const onAbort = (): void => {
        const index = this.#waiting.indexOf(entry);
        if (index >= 0) this.#waiting.splice(index, 1);
        entry.drop(aborted(signal));
      };
      const entry: Entry = {
        start: (ended) => {
          signal?.removeEventListener("abort", onAbort);
          // The queue is free before the caller learns that its run is over.
          task().then(
            (value) => {
              ended();
              resolve(value);
            },
            (error: unknown) => {
              ended();
              reject(error);
            },
          );
        },
        drop: (error) => {
          signal?.removeEventListener("abort", onAbort);
          reject(error);
        },
      };
      signal?.addEventListener("abort", onAbort, { once: true });
      this.#waiting.push(entry);
      if (!this.#running) this.#next();
    });
  }

  /** Drops every task that has not begun. */
  dropWaiting(error: PredictError): void {
    for (const entry of this.#waiting.splice(0)) entry.drop(error);
  }

  #next(): void {
    const entry = this.#waiting.shift();
    if (!entry) return;
    this.#running = true;
    entry.start(() => {
      this.#running = false;
      this.#next();
    });
  }
}

function aborted(signal: AbortSignal | undefined): PredictError {
  return new PredictError("aborted", "the run was dropped before it began", {
    cause: signal?.reason,
  });
}
