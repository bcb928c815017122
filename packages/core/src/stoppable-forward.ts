/** A forward that an abort signal stops. Invariant: nothing is cancelled once it has settled. */
import { onAbort, throwIfAborted } from "./abort-signal.js";
import type { BackendPredictor } from "./backend.js";

const stopped = "the run was stopped";
const longestPauseMs = 10;

/**
 * Computes off the calling thread, until a signal is aborted.
 *
 * @param backend - what computes; one that cannot be cancelled goes on to its end
 * @param signal - stops it
 * @throws {@link PredictError} `aborted`: the signal was aborted before the forward had settled,
 *   however it settled; else what the backend reports
 */
export async function stoppableForward(
  backend: Pick<BackendPredictor, "forward" | "cancel">,
  signal: AbortSignal | undefined,
): Promise<void> {
  if (!signal) return backend.forward();
  throwIfAborted(signal, stopped);
  let endCancelling = (): void => {};
  const forget = onAbort(signal, () => {
    endCancelling = cancelRepeatedly(() => backend.cancel?.());
  });
  try {
    await backend.forward();
  } catch (error) {
    throwIfAborted(signal, stopped);
    throw error;
  } finally {
    forget();
    endCancelling();
  }
  throwIfAborted(signal, stopped);
}

/**
 * Cancels now and, less and less often, again: a forward that has not begun yet on its thread is
 * not cancelled.
 *
 * @returns a function that ends this
 */
function cancelRepeatedly(cancel: () => void): () => void {
  let pauseMs = 1;
  let timer: ReturnType<typeof setTimeout>;
  const again = (): void => {
    cancel();
    timer = setTimeout(again, pauseMs);
    // The forward keeps the process alive, not this. In browsers a timer is a number.
    (timer as { unref?: () => void }).unref?.();
    pauseMs = Math.min(pauseMs + 1, longestPauseMs);
  };
  again();
  return () => clearTimeout(timer);
}
