/**
 * Abort signals, as options bring them. Invariant: however many calls share a signal, it has one
 * listener of this package, so that a signal for all of a server's runs is no "possible leak".
 */
import { PredictError } from "./predict-error.js";

interface Listening {
  readonly callbacks: Set<() => void>;
  readonly listener: () => void;
}

/** The signals that are listened to. */
const listening = new WeakMap<AbortSignal, Listening>();

/** @throws {@link PredictError} `argument`: not a signal, such as its controller */
export function checkSignal(signal: AbortSignal | undefined): void {
  const given: unknown = signal ?? undefined;
  if (given === undefined) return;
  const { aborted, addEventListener } = given as Partial<AbortSignal>;
  if (typeof aborted !== "boolean" || typeof addEventListener !== "function")
    throw new PredictError("argument", "signal must be an AbortSignal, such as controller.signal");
}

/**
 * @param message - what was ended, or did not begin
 * @throws {@link PredictError} `aborted`; `argument`: not a signal
 */
export function throwIfAborted(signal: AbortSignal | undefined, message: string): void {
  checkSignal(signal);
  if (signal?.aborted) throw new PredictError("aborted", message, { cause: signal.reason });
}

/**
 * Calls `callback` when a signal that is not aborted yet is aborted.
 *
 * @returns a function that takes this back; calling it again does nothing
 */
export function onAbort(signal: AbortSignal, callback: () => void): () => void {
  const { callbacks, listener } = listening.get(signal) ?? listen(signal);
  // A closure of its own for each call of `onAbort`: the same callback may be given twice.
  const entry = (): void => callback();
  callbacks.add(entry);
  return () => {
    if (!callbacks.delete(entry) || callbacks.size > 0) return;
    listening.delete(signal);
    signal.removeEventListener("abort", listener);
  };
}

function listen(signal: AbortSignal): Listening {
  const callbacks = new Set<() => void>();
  const listener = (): void => {
    listening.delete(signal);
    const all = [...callbacks];
    callbacks.clear();
    for (const call of all) call();
  };
  listening.set(signal, { callbacks, listener });
  signal.addEventListener("abort", listener, { once: true });
  return { callbacks, listener };
}
