/** How old a graph's file is, and how it is written anew. */
import { type Binding, loadLibrary } from "@libpredict/ffi";

/** The version of MXNet that wrote a graph, such as `1.9.1`; `before 0.9` where it does not say. */
export function symbolAge(symbol: Uint8Array): string {
  const { attrs } = JSON.parse(new TextDecoder().decode(symbol)) as {
    attrs?: { mxnet_version?: [string, number] };
  };
  const version = attrs?.mxnet_version?.[1];
  if (typeof version !== "number") return "before 0.9";
  const part = (unit: number): number => Math.floor(version / unit) % 100;
  return `${part(10_000)}.${part(100)}.${part(1)}`;
}

/**
 * Writes a graph as MXNet 1.9.1 does.
 *
 * @param library - must have `LPUpgradeSymbol`; by default the one that is found
 * @returns the text's bytes
 * @throws NativeError `symbol`: it is damaged; `unsupported`: operators that the engine lacks
 */
export function upgradeSymbol(symbol: Uint8Array, library: Binding = loadLibrary()): Uint8Array {
  const size = library.LPUpgradeSymbol(symbol, symbol.byteLength, null, 0);
  const text = new Uint8Array(size);
  library.LPUpgradeSymbol(symbol, symbol.byteLength, text, text.byteLength);
  // It ends with a NUL.
  return text.subarray(0, -1);
}
