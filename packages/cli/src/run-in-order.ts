/** Work on items, several at a time, with results in the items' order. */

/**
 * Works on items; a result comes as soon as it and those before it are there.
 *
 * @param items - what to work on
 * @param concurrency - how many at a time, from 1
 * @param work - what it throws ends the sequence, after the results before it
 */
export async function* runInOrder<T, R>(
  items: Iterable<T>,
  concurrency: number,
  work: (item: T) => Promise<R>,
): AsyncGenerator<R, void, undefined> {
  const going: Promise<R>[] = [];
  for (const item of items) {
    const result = work(item);
    // Awaited in its turn, which may not come.
    result.catch(() => undefined);
    going.push(result);
    if (going.length >= concurrency) yield await (going.shift() as Promise<R>);
  }
  for (const result of going) yield await result;
}
