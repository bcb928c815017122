/**
 * Strings as C takes them: UTF-8 with a NUL behind. Names of inputs come again with every run, so
 * short ones are kept; C does not write to them.
 */

const longestKept = 64;
const mostKept = 1024;
const kept = new Map<string, Buffer>();

/** @param text - without a NUL */
export function encodeString(text: string): Buffer {
  if (text.length > longestKept) return Buffer.from(`${text}\0`);
  let encoded = kept.get(text);
  if (!encoded) {
    if (kept.size >= mostKept) kept.clear();
    encoded = Buffer.from(`${text}\0`);
    kept.set(text, encoded);
  }
  return encoded;
}
