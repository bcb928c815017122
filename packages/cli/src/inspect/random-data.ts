/** Numbers that are random but the same every time, for inputs and weights that nobody gave. */
import { type DType, Tensor, type TensorInfo } from "@libpredict/core";

/** A generator of numbers from 0 to 1: mulberry32, which any language can repeat in a few lines. */
export function randomSource(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/**
 * A tensor of random elements: floating-point ones from -1 to 1; of whole numbers only 0 and 1,
 * which are in range for indices too.
 */
export function randomTensor({ shape, dtype }: Omit<TensorInfo, "name">, seed: number): Tensor {
  const next = randomSource(seed);
  const isFloat = dtype.startsWith("float");
  const size = shape.reduce((product, dim) => product * dim, 1);
  const values = Float32Array.from({ length: size }, () =>
    isFloat ? 2 * next() - 1 : Math.floor(2 * next()),
  );
  const tensor = new Tensor<DType>(values, shape, "float32");
  return dtype === "float32" ? tensor : tensor.to(dtype);
}
