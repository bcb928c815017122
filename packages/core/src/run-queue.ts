/**
 * Runs tasks in the order in which they came, a limited number at a time, by default one after
 * the other; a task that has not begun can be dropped.
 */
import { onAbort, throwIfAborted } from "./abort-signal.js";
import { PredictError } from "./predict-error.js";

const dropped = "the run was dropped before it began";

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
   * Checks what `run` checks at once, for callers that have to copy something before it.
   *
   * @throws {@link PredictError} as `run`
   */
  check(signal?: AbortSignal): void {
    throwIfAborted(signal, dropped);
    if (this.full && this.#waiting.length >= this.#maxWaiting)
      throw new PredictError("busy", `${this.#waiting.length} runs wait already, no more may`);
  }

  /**
   * Runs a task when a place is free; at once, before this returns, if one is.
   *
   * @param task - the work
   * @param signal - drops the task, if it aborts before the task begins
   * @returns what the task gives
   * @throws {@link PredictError} `aborted`: the signal was aborted before the task began;
   *   `busy`: as many tasks wait as may; `argument`: `signal` is none
   */
  run<T>(task: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.check(signal);
      let forget = (): void => {};
      const entry: Entry = {
        start: (ended) => {
          forget();
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
          forget();
          reject(error);
        },
      };
      this.#waiting.push(entry);
      if (signal && this.full)
        forget = onAbort(signal, () => {
          this.#waiting.splice(this.#waiting.indexOf(entry), 1);
          entry.drop(new PredictError("aborted", dropped, { cause: signal.reason }));
        });
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
