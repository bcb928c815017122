/** Networks small enough to be worked out by hand, as files. */
import { Tensor, writeNDArrays } from "@libpredict/core";
import { type NodeText, symbolText } from "../../../../cli/test/fake/model-writer.js";

/** A file by name and content. */
export interface NamedFile {
  readonly name: string;
  readonly content: Uint8Array | string;
}

/** Files of a network. */
export interface NetworkFiles {
  readonly symbol: NamedFile;
  readonly params: NamedFile;
}

function network(
  name: string,
  nodes: readonly NodeText[],
  weights: Readonly<Record<string, Tensor>>,
): NetworkFiles {
  const names = Object.keys(weights).map((weight) => `arg:${weight}`);
  return {
    symbol: { name: `${name}-symbol.json`, content: symbolText(nodes, [nodes.at(-1)?.name ?? ""]) },
    params: {
      name: `${name}-0000.params`,
      content: writeNDArrays({ names, tensors: Object.values(weights) }),
    },
  };
}

/** Weight of the mean colours in `colourNetwork`. */
export const colourWeight = 0.02;

/**
 * Tells red, green and blue: the mean of each channel, times 0.02, through a softmax. It states
 * its size: 8 × 8.
 */
export function colourNetwork(): NetworkFiles {
  const w = colourWeight;
  return network(
    "colours",
    [
      { name: "data", attrs: { __shape__: "(0, 3, 8, 8)" } },
      {
        name: "mean",
        op: "Pooling",
        attrs: { global_pool: "True", pool_type: "avg", kernel: "(1, 1)" },
        inputs: ["data"],
      },
      { name: "flat", op: "Flatten", inputs: ["mean"] },
      { name: "scores_weight" },
      { name: "scores_bias" },
      {
        name: "scores",
        op: "FullyConnected",
        attrs: { num_hidden: "3" },
        inputs: ["flat", "scores_weight", "scores_bias"],
      },
      { name: "prob", op: "softmax", inputs: ["scores"] },
    ],
    {
      scores_weight: Tensor.from([
        [w, 0, 0],
        [0, w, 0],
        [0, 0, w],
      ]),
      scores_bias: Tensor.from([0, 0, 0]),
    },
  );
}

/** The first three of the 3 × 10 × 10 values of its input, through a softmax: no other size fits. */
export function oddNetwork(): NetworkFiles {
  const weight = new Float32Array(3 * 300);
  for (let i = 0; i < 3; i++) weight[i * 300 + i] = 1;
  return network(
    "odd",
    [
      { name: "data" },
      { name: "scores_weight" },
      {
        name: "scores",
        op: "FullyConnected",
        attrs: { num_hidden: "3", no_bias: "True" },
        inputs: ["data", "scores_weight"],
      },
      { name: "prob", op: "softmax", inputs: ["scores"] },
    ],
    { scores_weight: new Tensor(weight, [3, 300]) },
  );
}

/** Convolutions of 3 × 3 at 224 × 224, of 64, 256 and 256 channels: 37 thousand million multiply-adds. */
export function slowNetwork(): NetworkFiles {
  const noise = (...shape: number[]): Tensor => {
    const size = shape.reduce((all, dim) => all * dim, 1);
    return new Tensor(
      Float32Array.from({ length: size }, (_, i) => Math.sin(i) / 50),
      shape,
    );
  };
  const convolution = (name: string, input: string, filters: number): readonly NodeText[] => [
    { name: `${name}_weight` },
    {
      name,
      op: "Convolution",
      attrs: { num_filter: String(filters), kernel: "(3, 3)", pad: "(1, 1)", no_bias: "True" },
      inputs: [input, `${name}_weight`],
    },
  ];
  return network(
    "slow",
    [
      { name: "data" },
      ...convolution("first", "data", 64),
      ...convolution("second", "first", 256),
      ...convolution("third", "second", 256),
      {
        name: "mean",
        op: "Pooling",
        attrs: { global_pool: "True", pool_type: "avg", kernel: "(1, 1)" },
        inputs: ["third"],
      },
      { name: "prob", op: "softmax", inputs: ["mean"] },
    ],
    {
      first_weight: noise(64, 3, 3, 3),
      second_weight: noise(256, 64, 3, 3),
      third_weight: noise(256, 256, 3, 3),
    },
  );
}

/** A graph with an operator that nobody has. */
export function strangeNetwork(): NetworkFiles {
  return network(
    "strange",
    [{ name: "data" }, { name: "twist", op: "TwistLeft", inputs: ["data"] }],
    {},
  );
}
