/** The header of a .npy file: a dictionary in Python's notation, such as `{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }`. */

/** As many as NumPy's arrays can have. */
export const maxNpyDims = 64;

/** What the header says. */
export interface NpyHeader {
  readonly descr: string;
  readonly fortranOrder: boolean;
  readonly shape: readonly number[];
}

/** A header that cannot be understood. */
export class NpyHeaderError extends Error {
  /**
   * @param at - position in the text
   */
  constructor(
    message: string,
    readonly at: number,
  ) {
    super(message);
  }
}

type Value = string | boolean | number[];

/** @throws {@link NpyHeaderError} anything but the three keys with values of their kinds */
export function parseNpyHeader(text: string): NpyHeader {
  let at = 0;
  const fail = (expected: string): never => {
    const found = at < text.length ? JSON.stringify(text.slice(at, at + 12)) : "the end";
    throw new NpyHeaderError(`expected ${expected}, found ${found}`, at);
  };
  const match = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    const found = pattern.exec(text)?.[0];
    if (found !== undefined) at += found.length;
    return found;
  };
  const skipSpace = (): void => {
    match(/\s*/y);
  };
  const eat = (mark: string): boolean => {
    skipSpace();
    if (!text.startsWith(mark, at)) return false;
    at += mark.length;
    return true;
  };
  const need = (mark: string): void => {
    if (!eat(mark)) fail(`"${mark}"`);
  };
  const string = (): string => {
    skipSpace();
    const quoted = match(/'[^'\\]*'|"[^"\\]*"/y) ?? fail("a string");
    return quoted.slice(1, -1);
  };
  const tuple = (): number[] => {
    const dims: number[] = [];
    while (!eat(")")) {
      skipSpace();
      const digits = match(/\d+/y) ?? fail("a dimension");
      const dim = Number(digits);
      if (dim > 0xffff_ffff) {
        at -= digits.length;
        fail("a dimension below 2^32");
      }
      match(/L/y); // Python 2 wrote long integers so
      dims.push(dim);
      if (dims.length > maxNpyDims) fail(`at most ${maxNpyDims} dimensions`);
      if (!eat(",")) {
        need(")");
        break;
      }
    }
    return dims;
  };
  const value = (): Value => {
    if (eat("True")) return true;
    if (eat("False")) return false;
    if (eat("(")) return tuple();
    skipSpace();
    if (text[at] === "[") fail("one element type, no fields");
    return string();
  };

  const entries = new Map<string, Value>();
  need("{");
  while (!eat("}")) {
    const key = string();
    need(":");
    entries.set(key, value());
    if (!eat(",")) {
      need("}");
      break;
    }
  }
  skipSpace();
  if (at < text.length) fail("the end of the header");
  const descr = entries.get("descr");
  const fortranOrder = entries.get("fortran_order");
  const shape = entries.get("shape");
  if (typeof descr !== "string") fail("a string 'descr' in the header");
  if (typeof fortranOrder !== "boolean") fail("True or False for 'fortran_order' in the header");
  if (!Array.isArray(shape)) fail("a tuple 'shape' in the header");
  return { descr, fortranOrder, shape } as NpyHeader;
}
