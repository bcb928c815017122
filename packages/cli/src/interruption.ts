/** Ctrl-C and SIGTERM: the first aborts a signal, so that work can end in order; the second ends the process. */
import { exitCodes } from "./exit-codes.js";

/** How long work may go on after the first Ctrl-C, in ms. A native run cannot be stopped in its middle. */
const graceMs = 1000;

let controller: AbortController | undefined;

/** The signal that Ctrl-C aborts. The first call begins to listen. */
export function interruption(): AbortSignal {
  if (controller) return controller.signal;
  const own = new AbortController();
  controller = own;
  const { signal } = own;
  const onSignal = (): void => {
    if (signal.aborted) process.exit(exitCodes.interrupted);
    own.abort();
    setTimeout(() => process.exit(exitCodes.interrupted), graceMs).unref();
  };
  process.on("SIGINT", onSignal);
  process.on("SIGTERM", onSignal);
  return signal;
}
