/**
 * Knows the element type of the tensors behind `MXPredSetInput` and `MXPredGetOutput`,
 * whose C type says float whatever they are. Without this check an array of another type
 * would be read or written past its end.
 *
 * Outputs are asked of the library. Inputs and weights are asked of it where it can tell; a library
 * with part one only cannot, so the types given to `MXPredCreateEx` are remembered, and of anything
 * else nothing is known.
 */
import { LPDType } from "./gen/constants.js";
import type { PredictorHandle } from "./gen/handles.js";
import type { NativeHandle } from "./native-handle.js";

/** The calls this needs, without checks of their own. */
export interface TypeSource {
  has(name: string): boolean;
  MXPredGetOutputType(handle: PredictorHandle, index: number): number;
  LPPredGetInputCount(handle: PredictorHandle): number;
  LPPredGetInputInfo(
    handle: PredictorHandle,
    index: number,
  ): { readonly name: string; readonly dtype: number };
  LPPredDescribe(handle: PredictorHandle, report: Uint8Array | null, capacity: number): number;
}

/** The part of a description that tells types. */
interface Description {
  readonly nodes: readonly {
    readonly op: string;
    readonly name: string;
    readonly outputs: readonly { readonly dtype: string }[];
  }[];
}

export class TensorTypes {
  readonly #inputs = new WeakMap<NativeHandle, ReadonlyMap<string, number>>();
  /** Variables that are no inputs; asked for when one is set. */
  readonly #weights = new WeakMap<NativeHandle, ReadonlyMap<string, number>>();

  readonly #outputs = new WeakMap<NativeHandle, Map<number, number>>();

  constructor(readonly source: TypeSource) {}

  /** Remembers the types given at the creation of a predictor. */
  remember(handle: NativeHandle, names: readonly string[], types: ArrayLike<number>): void {
    this.#inputs.set(handle, new Map(names.map((n, i) => [n, types[i] ?? LPDType.LP_FLOAT32])));
  }

  /** A reshaped predictor has the types of the old one. */
  inherit(handle: NativeHandle, from: NativeHandle): void {
    const types = this.#inputs.get(from);
    if (types) this.#inputs.set(handle, types);
  }

  /** Undefined where the library cannot tell; float32 for a name that it will refuse. */
  input(handle: PredictorHandle, key: string): number | undefined {
    let types = this.#inputs.get(handle);
    if (!types && this.source.has("LPPredGetInputInfo")) {
      const count = this.source.LPPredGetInputCount(handle);
      types = new Map(
        Array.from({ length: count }, (_, i) => {
          const { name, dtype } = this.source.LPPredGetInputInfo(handle, i);
          return [name, dtype] as const;
        }),
      );
      this.#inputs.set(handle, types);
    }
    const type = types?.get(key);
    if (type !== undefined || !this.source.has("LPPredDescribe")) return type;
    return this.#weightsOf(handle).get(key) ?? LPDType.LP_FLOAT32;
  }

  #weightsOf(handle: PredictorHandle): ReadonlyMap<string, number> {
    let types = this.#weights.get(handle);
    if (!types) {
      const report = new Uint8Array(this.source.LPPredDescribe(handle, null, 0));
      this.source.LPPredDescribe(handle, report, report.length);
      const text = new TextDecoder().decode(report.subarray(0, -1));
      const variables = (JSON.parse(text) as Description).nodes.filter(({ op }) => op === "null");
      types = new Map(variables.map(({ name, outputs }) => [name, codeOf(outputs[0]?.dtype)]));
      this.#weights.set(handle, types);
    }
    return types;
  }

  /** float32 for an index that the library refuses: the call itself will say so. */
  output(handle: PredictorHandle, index: number): number {
    let types = this.#outputs.get(handle);
    const known = types?.get(index);
    if (known !== undefined) return known;
    try {
      const type = this.source.MXPredGetOutputType(handle, index);
      if (!types) {
        types = new Map();
        this.#outputs.set(handle, types);
      }
      types.set(index, type);
      return type;
    } catch {
      return LPDType.LP_FLOAT32;
    }
  }
}

/** `float32` as the description says it becomes LP_FLOAT32. */
function codeOf(word = ""): number {
  const code = (LPDType as Readonly<Record<string, number>>)[`LP_${word.toUpperCase()}`];
  if (code === undefined) throw new Error(`the library describes an element type "${word}"`);
  return code;
}
