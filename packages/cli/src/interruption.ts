/**
 * Ctrl-C: the first aborts a signal, so that work ends in order and the exit code is 130. Where
 * that takes long, and at the second, the process dies of SIGINT, which shells show as 130 too.
 */

/** How long work may go on after the first Ctrl-C, in ms. */
const graceMs = 300;

let controller: AbortController | undefined;

/** The signal that Ctrl-C aborts. The first call begins to listen. */
export function interruption(): AbortSignal {
  if (controller) return controller.signal;
  const own = new AbortController();
  controller = own;
  // Not process.exit: it waits for native runs that are going on.
  const die = (): void => {
    process.removeListener("SIGINT", onInterrupt);
    process.kill(process.pid, "SIGINT");
  };
  const onInterrupt = (): void => {
    if (own.signal.aborted) die();
    own.abort();
    setTimeout(die, graceMs).unref();
  };
  process.on("SIGINT", onInterrupt);
  return own.signal;
}
