/** The results of a run, by name. */
import type { Tensor } from "./tensor.js";

/**
 * The outputs of a run: under their full names (`softmax_output`), and, where that is
 * unambiguous, under the name of the node alone (`softmax`). Only full names are enumerated.
 */
export type Outputs = Readonly<Record<string, Tensor>>;

const suffix = "_output";

/** Puts tensors under their names. Of outputs that share a name, the last stays. */
export function nameOutputs(names: readonly string[], tensors: readonly Tensor[]): Outputs {
  const outputs: Record<string, Tensor> = Object.create(null);
  names.forEach((name, i) => {
    outputs[name] = tensors[i] as Tensor;
  });
  for (const name of new Set(names)) {
    const short = name.endsWith(suffix) ? name.slice(0, -suffix.length) : "";
    if (short && !(short in outputs))
      Object.defineProperty(outputs, short, { value: outputs[name] as Tensor });
  }
  return outputs;
}
