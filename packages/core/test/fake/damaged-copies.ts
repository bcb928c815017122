/** Copies of a file, each damaged somewhere: bytes changed, cut off, taken out, doubled. The same every time. */
export function* damagedCopies(bytes: Uint8Array, count: number): Generator<Uint8Array> {
  let state = 1;
  const below = (limit: number): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
  const interesting = [0, 1, 0x7f, 0x80, 0xff];
  for (let i = 0; i < count; i++) {
    const kind = below(4);
    const at = below(bytes.length);
    if (kind === 0) yield bytes.slice(0, at);
    else if (kind === 1) {
      const end = Math.min(bytes.length, at + 1 + below(16));
      yield Uint8Array.from([...bytes.subarray(0, at), ...bytes.subarray(end)]);
    } else {
      const copy = bytes.slice();
      for (let changes = 1 + below(4); changes > 0; changes--)
        copy[kind === 2 ? below(bytes.length) : (at + changes) % bytes.length] =
          interesting[below(interesting.length)] ?? below(256);
      yield copy;
    }
  }
}
