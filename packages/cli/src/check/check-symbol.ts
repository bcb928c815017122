/** Asks the engine what stands in the way of running a graph. */
import { type Binding, nativeErrorCodes } from "@libpredict/ffi";

/** One thing that the engine objects to. */
export interface Finding {
  /** What kind, as a word: `unsupported`, `attribute`, … */
  readonly code: string;
  /** Name of the node. */
  readonly node: string;
  /** Its operator. */
  readonly op: string;
  /** The engine's sentence. */
  readonly text: string;
}

/** Everything that the engine objects to. */
export interface SymbolFindings {
  /** The model cannot run because of these. */
  readonly errors: readonly Finding[];
  /** These are ignored when it runs. */
  readonly warnings: readonly Finding[];
}

/**
 * Checks a graph without its parameters.
 *
 * @param library - must have `LPCheckModel`
 * @param symbol - content of a `*-symbol.json`
 * @throws NativeError `symbol`: damaged; `unavailable`: MXNet's own library cannot tell
 */
export function checkSymbol(library: Binding, symbol: Uint8Array): SymbolFindings {
  const { report_size } = library.LPCheckModel(symbol, symbol.byteLength, null, 0);
  const report = new Uint8Array(report_size);
  library.LPCheckModel(symbol, symbol.byteLength, report, report.byteLength);
  // The report ends with a NUL.
  const text = new TextDecoder().decode(report.subarray(0, -1));
  const { errors, warnings } = JSON.parse(text) as Record<"errors" | "warnings", NativeFinding[]>;
  return { errors: errors.map(named), warnings: warnings.map(named) };
}

type NativeFinding = Omit<Finding, "code"> & { readonly code: number };

function named({ code, node, op, text }: NativeFinding): Finding {
  return { code: nativeErrorCodes[code] ?? "unknown", node, op, text };
}
