/** The results of a run, by name. */
import type { Tensor } from "./tensor.js";

/**
 * The outputs of a run: under their full names (`softmax_output`), and, where that is
 * unambiguous, under the name of the node alone (`softmax`). Only full names are enumerated.
 */
export type Outputs = Readonly<Record<string, Tensor>>;

const suffix = "_output";

/** Puts the tensors of run after run under the same names. Of outputs that share a name, the last stays. */
export class OutputNames {
  readonly #names: readonly string[];
  /** Of all results: the short names. They cost a run nothing there. */
  readonly #shortNames: object;

  constructor(names: readonly string[]) {
    this.#names = names;
    this.#shortNames = Object.create(null);
    for (const name of new Set(names)) {
      const short = name.endsWith(suffix) ? name.slice(0, -suffix.length) : "";
      if (!short || short in this.#shortNames || names.includes(short)) continue;
      Object.defineProperty(this.#shortNames, short, {
        get(this: Outputs) {
          return this[name];
        },
      });
    }
  }

  /** @param tensors - one for each name */
  name(tensors: readonly Tensor[]): Outputs {
    const outputs: Record<string, Tensor> = Object.create(this.#shortNames);
    this.#names.forEach((name, i) => {
      outputs[name] = tensors[i] as Tensor;
    });
    return outputs;
  }
}
