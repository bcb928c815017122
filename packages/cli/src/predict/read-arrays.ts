/** Reads arrays from `.npy` files and MXNet's (`.nd`, `.params`), told apart by their first bytes. */
import { type DType, readNDArrays, readNpy, type Tensor } from "@libpredict/core";
import { CommandError } from "../command-errors.js";
import { isArrayFile, isNpy, readInputFile } from "./input-items.js";

/** An array with its name, where its file names it. */
export interface NamedArray {
  readonly name: string | undefined;
  readonly tensor: Tensor;
}

/**
 * Reads the arrays of a file's content.
 *
 * @throws {@link CommandError} `file`: the content is something else
 * @throws {@link PredictError} `npy`, `params`, `dtype`: the content is damaged or cannot be held
 */
export function readArrays(content: Uint8Array): readonly NamedArray[] {
  if (isNpy(content)) return [{ name: undefined, tensor: readNpy(content) }];
  if (!isArrayFile(content))
    throw new CommandError("file", "the content is no .npy, .nd or .params file");
  const { names, tensors } = readNDArrays(content);
  return tensors.map((tensor, i) => ({ name: names[i]?.replace(/^(arg|aux):/, ""), tensor }));
}

/**
 * Reads the only array of a file.
 *
 * @throws {@link CommandError} `file`: it cannot be read, or has several arrays; and as {@link readArrays}
 */
export async function readOneArray(path: string): Promise<Tensor> {
  const arrays = readArrays(await readInputFile(path));
  const [only] = arrays;
  if (only === undefined || arrays.length > 1)
    throw new CommandError("file", `${path} has ${arrays.length} arrays instead of one`);
  return only.tensor;
}

/** A tensor as another element type, if one is wanted. */
export function castArray(tensor: Tensor, dtype: DType | undefined): Tensor {
  return dtype === undefined ? tensor : tensor.to(dtype);
}
