/** Models small enough to be worked out by hand, as the files' content. */
import type { ModelSource } from "../../src/backend.js";

const float32Flag = 0;

/** A `.params` file: named float32 arrays, in MXNet's format of 2017 and later. */
export function paramsFile(
  arrays: Record<string, { shape: number[]; data: number[] }>,
): Uint8Array {
  const parts: Buffer[] = [];
  const u64 = (value: number): void => {
    const b = Buffer.alloc(8);
    b.writeBigUInt64LE(BigInt(value));
    parts.push(b);
  };
  const u32 = (...values: number[]): void => {
    parts.push(Buffer.from(Uint32Array.from(values).buffer));
  };
  const entries = Object.entries(arrays);
  u64(0x112);
  u64(0);
  u64(entries.length);
  for (const [, { shape, data }] of entries) {
    u32(0xf993fac9, 0, shape.length);
    for (const dim of shape) u64(dim);
    u32(1, 0, float32Flag);
    parts.push(Buffer.from(Float32Array.from(data).buffer));
  }
  u64(entries.length);
  for (const [name] of entries) {
    u64(Buffer.byteLength(name));
    parts.push(Buffer.from(name));
  }
  return new Uint8Array(Buffer.concat(parts));
}

const variable = (name: string): object => ({ op: "null", name, inputs: [] });
const graph = (nodes: object[], heads: number[][], args: number[]): string =>
  JSON.stringify({
    nodes,
    arg_nodes: args,
    heads,
    attrs: { mxnet_version: ["int", 10901] },
  });

/** y = W x + b with W = [[1, 2, 3], [0, -1, 1]] and b = [10, 20]; input `data` [N, 3], output `fc_output` [N, 2]. */
export const dense: ModelSource = {
  symbol: graph(
    [
      variable("data"),
      variable("fc_weight"),
      variable("fc_bias"),
      {
        op: "FullyConnected",
        name: "fc",
        attrs: { num_hidden: "2" },
        inputs: [
          [0, 0, 0],
          [1, 0, 0],
          [2, 0, 0],
        ],
      },
    ],
    [[3, 0, 0]],
    [0, 1, 2],
  ),
  params: paramsFile({
    "arg:fc_weight": { shape: [2, 3], data: [1, 2, 3, 0, -1, 1] },
    "arg:fc_bias": { shape: [2], data: [10, 20] },
  }),
};

/** The dense model without its bias in the parameters. */
export const denseWithoutBias: ModelSource = {
  symbol: dense.symbol,
  params: paramsFile({ "arg:fc_weight": { shape: [2, 3], data: [1, 2, 3, 0, -1, 1] } }),
};

/** a + b, both inputs; output `sum_output`. */
export const sum: ModelSource = {
  symbol: graph(
    [
      variable("a"),
      variable("b"),
      {
        op: "elemwise_add",
        name: "sum",
        inputs: [
          [0, 0, 0],
          [1, 0, 0],
        ],
      },
    ],
    [[2, 0, 0]],
    [0, 1],
  ),
  params: paramsFile({}),
};

const slowSteps = 600;

/** 600 softmaxes, one after the other; input `data`. With shape [1000, 1000] it takes about half a second. */
export const slow: ModelSource = {
  symbol: graph(
    [
      variable("data"),
      ...Array.from({ length: slowSteps }, (_, i) => ({
        op: "softmax",
        name: `softmax${i}`,
        inputs: [[i, 0, 0]],
      })),
    ],
    [[slowSteps, 0, 0]],
    [0],
  ),
  params: paramsFile({}),
};

/** A 3x3 convolution of 32 channels to 32, input `data` [1, 32, H, W]: large enough for Winograd's filters. */
export const convolution: ModelSource = {
  symbol: graph(
    [
      variable("data"),
      variable("conv_weight"),
      {
        op: "Convolution",
        name: "conv",
        attrs: { num_filter: "32", kernel: "(3, 3)", pad: "(1, 1)", no_bias: "True" },
        inputs: [
          [0, 0, 0],
          [1, 0, 0],
        ],
      },
    ],
    [[2, 0, 0]],
    [0, 1],
  ),
  params: paramsFile({
    "arg:conv_weight": {
      shape: [32, 32, 3, 3],
      data: Array.from({ length: 32 * 32 * 9 }, (_, i) => Math.sin(i)),
    },
  }),
};
