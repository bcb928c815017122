/**
 * Runs tasks in the order in which they came, a limited number at a time, by default one after
 * the other; a task that has not begun can be dropped.
 */
import { PredictError } from "./predict-error.js";

interface Entry {
  start: (ended: () => void) => void;
  drop: (error: PredictError) => void;
}

export class RunQueue {
  readonly #waiting: Entry[] = [];
  readonly #limit: number;
  readonly #maxWaiting: number;
  #running = 0;
  #idle: (() => void)[] = [];

  /**
   * @param limit - how many tasks run at a time
   * @param maxWaiting - how many may wait; one more is refused
   */
  constructor(limit = 1, maxWaiting = Number.POSITIVE_INFINITY) {
    this.#limit = limit;
    this.#maxWaiting = maxWaiting;
  }

  /** Whether a task is running or waits. */
  get busy(): boolean {
    return this.#running > 0 || this.#waiting.length > 0;
  }

  /** Whether the next task has to wait. */
  get full(): boolean {
    return this.#running >= this.#limit;
  }

  /** Tasks that have begun. */
  get running(): number {
    return this.#running;
  }

  /** Tasks that have not begun. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** Resolves as soon as no task is running or waits. */
  idle(): Promise<void> {
    return new Promise((resolve) => {
      if (this.busy) this.#idle.push(resolve);
      else resolve();
    });
  }

  /**
   * Runs a task when a place is free; at once, before this returns, if one is.
   *
   * @param task - the work
   * @param signal - drops the task, if it aborts before the task begins
   * @returns what the task gives
   * @throws {@link PredictError} `aborted`: the signal was aborted before the task began;
   *   `busy`: as many tasks wait as may
   */
  run<T>(task: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      if (signal?.aborted) {
        reject(aborted(signal));
        return;
      }
      if (this.full && this.#waiting.length >= this.#maxWaiting) {
        reject(new PredictError("busy", `${this.#waiting.length} runs wait already, no more may`));
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
      this.#next();
    });
  }

  /** Drops every task that has not begun. */
  dropWaiting(error: PredictError): void {
    for (const entry of this.#waiting.splice(0)) entry.drop(error);
  }

  #next(): void {
    if (this.full) return;
    const entry = this.#waiting.shift();
    if (!entry) {
      if (this.#running === 0) for (const resolve of this.#idle.splice(0)) resolve();
      return;
    }
    this.#running++;
    entry.start(() => {
      this.#running--;
      this.#next();
    });
  }
}

function aborted(signal: AbortSignal | undefined): PredictError {
  return new PredictError("aborted", "the run was dropped before it began", {
    cause: signal?.reason,
  });
}
