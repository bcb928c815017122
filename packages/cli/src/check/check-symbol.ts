/** Asks the engine what stands in the way of running a graph. */
import { type Binding, nativeErrorCodes } from "@libpredict/ffi";

/** One thing that the engine objects to. */
export interface Finding {
  /** What kind, as a word: `unsupported`, `attribute`, `missing`, … */
  readonly code: string;
  /** Name of the node or variable; empty where the engine names none. */
  readonly node: string;
  /** Its operator, `null` for a variable; empty where the engine names none. */
  readonly op: string;
  /** The engine's sentence. */
  readonly text: string;
  /** What to do, where there is something. */
  readonly remedy?: string;
}

/** Everything that the engine objects to. */
export interface SymbolFindings {
  /** The model cannot run because of these. */
  readonly errors: readonly Finding[];
  /** These are ignored when it runs. */
  readonly warnings: readonly Finding[];
  /** Variables that the parameters must give. */
  readonly weights: readonly string[];
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
  const { errors, warnings, weights = [] } = JSON.parse(text) as NativeReport;
  return { errors: errors.map(named), warnings: warnings.map(named), weights };
}

type NativeFinding = Omit<Finding, "code"> & { readonly code: number };

interface NativeReport {
  readonly errors: readonly NativeFinding[];
  readonly warnings: readonly NativeFinding[];
  /** Older libraries do not tell. */
  readonly weights?: readonly string[];
}

function named({ code, ...finding }: NativeFinding): Finding {
  return { code: nativeErrorCodes[code] ?? "unknown", ...finding };
}
