/**
 * Limits how many asynchronous calls are in koffi's hands at once: beyond 256 in one
 * process it throws. Calls beyond the limit wait here, in order.
 */

/** How many asynchronous calls run at once; half of koffi's limit, for other users of koffi in the process. */
export const maxCallsInFlight = 128;

/** Starts a call; `done` must be called once when it has ended. May throw before that, then nothing was started. */
export type StartCall = (done: () => void) => void;

interface Waiting {
  start: StartCall;
  fail: (error: unknown) => void;
}

export class CallQueue {
  readonly #waiting: Waiting[] = [];
  #inFlight = 0;
  #retry: NodeJS.Timeout | undefined;

  constructor(readonly limit = maxCallsInFlight) {}

  /** Calls that were started and have not ended. */
  get inFlight(): number {
    return this.#inFlight;
  }

  /**
   * Starts a call now or when there is room.
   *
   * @param start - starts it
   * @param fail - told why it could not be started
   */
  submit(start: StartCall, fail: (error: unknown) => void): void {
    this.#waiting.push({ start, fail });
    this.#pump();
  }

  #pump(): void {
    while (this.#inFlight < this.limit) {
      const next = this.#waiting.shift();
      if (!next) return;
      this.#inFlight++;
      try {
        next.start(() => {
          this.#inFlight--;
          this.#pump();
        });
      } catch (error) {
        this.#inFlight--;
        if (!isTooMany(error)) {
          next.fail(error);
          continue;
        }
        // Someone else's calls fill koffi: wait for room instead of failing.
        this.#waiting.unshift(next);
        this.#retry ??= setTimeout(() => {
          this.#retry = undefined;
          this.#pump();
        }, 1);
        return;
      }
    }
  }
}

function isTooMany(error: unknown): boolean {
  return error instanceof Error && /too many.*async/i.test(error.message);
}
