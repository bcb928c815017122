/** Which input a network may take, told from its graph or tried in the order of likelihood. */

/** Shape of an input: channels, rows, columns. */
export type ImageShape = readonly [channels: number, height: number, width: number];

/** The part of a symbol file that is looked at. */
export interface SymbolNodes {
  readonly nodes?: readonly {
    readonly name?: string;
    readonly op?: string;
    /** Three ages of files have three names for them. */
    readonly attrs?: Readonly<Record<string, unknown>>;
    readonly attr?: Readonly<Record<string, unknown>>;
    readonly param?: Readonly<Record<string, unknown>>;
  }[];
}

const colourSides = [224, 299, 227, 256, 331, 192, 160, 128, 112, 96, 64, 48, 32, 28, 24, 16, 8];
const graySides = [28, 32, 64, 8, 16, 20, 24, 48, 96, 112, 128, 224];

/**
 * Shapes to try, the likeliest first: the one that the file states, then the usual ones.
 *
 * @param input - name of the input
 */
export function* inputCandidates(symbol: SymbolNodes, input: string): Generator<ImageShape> {
  const stated = statedShape(symbol, input);
  if (stated) yield stated;
  for (const side of colourSides) yield [3, side, side];
  for (const side of graySides) yield [1, side, side];
}

/** What `__shape__` says, if it is that of images. */
function statedShape(symbol: SymbolNodes, input: string): ImageShape | undefined {
  const node = symbol.nodes?.find(({ name }) => name === input);
  const text = String((node?.attrs ?? node?.attr ?? node?.param)?.["__shape__"] ?? "");
  const [, channels, height, width, ...more] = (text.match(/\d+/g) ?? []).map(Number);
  if (!channels || !height || !width || more.length > 0) return undefined;
  return channels === 1 || channels === 3 ? [channels, height, width] : undefined;
}
