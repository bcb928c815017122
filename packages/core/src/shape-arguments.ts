/** Shapes as the C functions take them: names, offsets, and all dimensions in a row. */
export interface ShapeArguments {
  readonly count: number;
  readonly keys: readonly string[];
  readonly indptr: Uint32Array;
  readonly dims: Uint32Array;
}

export function shapeArguments(
  inputs: Readonly<Record<string, readonly number[]>>,
): ShapeArguments {
  const keys = Object.keys(inputs);
  const indptr = new Uint32Array(keys.length + 1);
  const dims: number[] = [];
  keys.forEach((key, i) => {
    for (const dim of inputs[key] ?? []) dims.push(dim);
    indptr[i + 1] = dims.length;
  });
  return { count: keys.length, keys, indptr, dims: Uint32Array.from(dims) };
}
