/** The page's end of the worker: calls with promises, and a new worker when one is broken. */
import type { Answer, CallFailure, CallName, Calls } from "../protocol.js";

/** The library's answer to a call that cannot be done; the worker goes on. */
export class CallError extends Error {
  readonly code: string;

  constructor({ code, message }: CallFailure) {
    super(message);
    this.code = code;
  }
}

/** The worker did not start, or came to an end. `restart` makes another. */
export class WorkerBroken extends Error {}

interface Waiting {
  resolve(answer: unknown): void;
  reject(error: Error): void;
}

/** Makes the worker. */
export type StartWorker = () => Worker;

export class Recognition {
  readonly #start: StartWorker;
  readonly #waiting = new Map<number, Waiting>();
  #worker: Worker | undefined;
  #calls = 0;

  constructor(start: StartWorker) {
    this.#start = start;
  }

  /**
   * Calls the worker, which is started if there is none.
   *
   * @param transfer - what the page gives away with the call
   * @throws CallError, WorkerBroken
   */
  call<Name extends CallName>(
    name: Name,
    ask: Calls[Name]["ask"],
    transfer: Transferable[] = [],
  ): Promise<Calls[Name]["answer"]> {
    const id = ++this.#calls;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve: resolve as Waiting["resolve"], reject });
      try {
        this.#worker ??= this.#listen(this.#start());
        this.#worker.postMessage({ id, name, ask }, transfer);
      } catch (error) {
        this.#break(String(error));
      }
    });
  }

  #listen(worker: Worker): Worker {
    worker.onmessage = ({ data }: MessageEvent<Answer>) => this.#take(data);
    worker.onmessageerror = () => this.#break("a message could not be read");
    // Of a script that does not load there is an event without a text.
    worker.onerror = (event) => {
      event.preventDefault();
      this.#break(event.message || "its program could not be loaded");
    };
    return worker;
  }

  #take(answer: Answer): void {
    if ("broken" in answer) {
      this.#break(answer.broken);
      return;
    }
    const waiting = this.#waiting.get(answer.id);
    this.#waiting.delete(answer.id);
    if ("failure" in answer) waiting?.reject(new CallError(answer.failure));
    else waiting?.resolve(answer.answer);
  }

  /** Ends the worker; the next call starts another. */
  #break(reason: string): void {
    this.#worker?.terminate();
    this.#worker = undefined;
    const all = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const { reject } of all) reject(new WorkerBroken(reason));
  }
}
