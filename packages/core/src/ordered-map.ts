/** Work on the items of a sequence, several at a time, with the results in the items' order. */
import { onAbort, throwIfAborted } from "./abort-signal.js";

/** Where items come from: an array, a generator, a stream. */
export type ItemSource<T> = Iterable<T> | AsyncIterable<T>;

const aborted = "the sequence was aborted";

interface Slot<R> {
  outcome?: { readonly value: R } | { readonly error: unknown };
}

/**
 * Works on the items of `source`, up to `concurrency` at a time. The results come in the order of
 * the items, each as soon as it and those before it are there. An item is taken only when there
 * is room: no more than `concurrency` are taken whose result was not asked for.
 *
 * Work that fails, and a source that fails, end the sequence with that error, after the results
 * before it. When the sequence ends early, the source is closed, and the work that is going on
 * is told by its signal.
 *
 * @throws PredictError `aborted`: by `signal`; `argument`: `signal` is none
 */
export async function* mapInOrder<T, R>(
  source: ItemSource<T>,
  concurrency: number,
  work: (item: T, signal: AbortSignal) => Promise<R>,
  signal?: AbortSignal,
): AsyncGenerator<R, void, undefined> {
  const iterator = iteratorOf(source);
  const slots: Slot<R>[] = [];
  const stop = new AbortController();
  let wake = (): void => {};
  let reading = false;
  let ended = false;
  let failure: { readonly error: unknown } | undefined;

  const start = async (item: T): Promise<void> => {
    const slot: Slot<R> = {};
    slots.push(slot);
    try {
      slot.outcome = { value: await work(item, stop.signal) };
    } catch (error) {
      slot.outcome = { error };
    }
    wake();
  };
  // Runs by itself while the caller is busy with a result, so that the work does not pause then.
  const read = async (): Promise<void> => {
    if (reading) return;
    reading = true;
    try {
      while (!ended && slots.length < concurrency) {
        const { done, value } = await iterator.next();
        if (done) ended = true;
        else if (!ended) void start(value);
      }
    } catch (error) {
      ended = true;
      failure = { error };
    }
    reading = false;
    wake();
  };
  let forget = (): void => {};
  try {
    throwIfAborted(signal, aborted);
    if (signal)
      forget = onAbort(signal, () => {
        stop.abort(signal.reason);
        wake();
      });
    for (;;) {
      throwIfAborted(signal, aborted);
      void read();
      const { outcome } = slots[0] ?? {};
      if (outcome) {
        slots.shift();
        if ("error" in outcome) throw outcome.error;
        yield outcome.value;
      } else if (ended && slots.length === 0) {
        if (failure) throw failure.error;
        return;
      } else {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    }
  } finally {
    forget();
    const early = !ended;
    ended = true;
    stop.abort();
    // A source that is being asked answers to `return` only after that: nobody waits for it.
    const closed = early ? Promise.resolve(iterator.return?.()) : undefined;
    if (reading) closed?.catch(() => {});
    else await closed;
  }
}

/** Puts consecutive items together, `size` at a time; the last group may be smaller. */
export async function* inGroups<T>(
  source: ItemSource<T>,
  size: number,
): AsyncGenerator<T[], void, undefined> {
  let group: T[] = [];
  for await (const item of source) {
    group.push(item);
    if (group.length < size) continue;
    yield group;
    group = [];
  }
  if (group.length > 0) yield group;
}

function iteratorOf<T>(source: ItemSource<T>): Iterator<T> | AsyncIterator<T> {
  if (Symbol.asyncIterator in source) return source[Symbol.asyncIterator]();
  return source[Symbol.iterator]();
}
