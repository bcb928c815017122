/**
 * Knows the element type of the tensors behind `MXPredSetInput` and `MXPredGetOutput`,
 * whose C type says float whatever they are. Without this check an array of another type
 * would be read or written past its end.
 *
 * Outputs are asked of the library. Inputs are asked of it where it can tell; a library with
 * part one only cannot, so the types given to `MXPredCreateEx` are remembered.
 * Anything else counts as float32.
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
}

export class TensorTypes {
  readonly #inputs = new WeakMap<NativeHandle, ReadonlyMap<string, number>>();

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

  input(handle: PredictorHandle, key: string): number {
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
    return types?.get(key) ?? LPDType.LP_FLOAT32;
  }

  /** float32 for an index that the library refuses: the call itself will say so. */
  output(handle: PredictorHandle, index: number): number {
    try {
      return this.source.MXPredGetOutputType(handle, index);
    } catch {
      return LPDType.LP_FLOAT32;
    }
  }
}
