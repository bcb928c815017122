/** Writes a network as MXNet 1.9 keeps it: symbol JSON and a parameter file. */

import { Tensor, writeNDArrays } from "@libpredict/core";
import type { Pair } from "./float64-operators.js";
import type { NetworkGraph, Node } from "./network-builder.js";

const tuple = (values: readonly number[]): string => `(${values.join(", ")})`;

/** MXNet's operator and its attributes. */
function describe(node: Node): [op: string, attrs: Record<string, string>] {
  const { operator, params, inputs } = node;
  switch (operator.op) {
    case "input":
      return ["null", {}];
    case "Convolution":
      return [
        "Convolution",
        {
          kernel: tuple(operator.kernel),
          stride: tuple(operator.stride),
          pad: tuple(operator.pad),
          num_filter: String(operator.filters),
          num_group: String(operator.groups),
          no_bias: params.length === 1 ? "True" : "False",
        },
      ];
    case "FullyConnected":
      return ["FullyConnected", { num_hidden: String(operator.units) }];
    case "BatchNorm":
      return ["BatchNorm", { eps: String(operator.eps), fix_gamma: "False" }];
    case "Activation":
      return ["Activation", { act_type: operator.kind }];
    case "prelu":
      return ["LeakyReLU", { act_type: "prelu" }];
    case "clip":
      return ["clip", { a_min: String(operator.low), a_max: String(operator.high) }];
    case "Pooling":
      return [
        "Pooling",
        {
          kernel: tuple(operator.kernel),
          stride: tuple(operator.stride),
          pad: tuple(operator.pad),
          pool_type: operator.kind,
          pooling_convention: differs(operator.pad, operator.after) ? "full" : "valid",
        },
      ];
    case "globalAverage":
      return ["Pooling", { kernel: "(1, 1)", global_pool: "True", pool_type: "avg" }];
    case "Flatten":
      return ["Flatten", {}];
    case "Reshape":
      return ["Reshape", { shape: tuple(node.shape) }];
    case "Concat":
      return ["Concat", { num_args: String(inputs.length), dim: "1" }];
    case "add":
      return ["elemwise_add", {}];
    case "softmax":
      return ["softmax", { axis: "1" }];
    case "UpSampling":
      return [
        "UpSampling",
        { scale: String(operator.scale), sample_type: "nearest", num_args: "1" },
      ];
  }
}

export function differs(a: Pair, b: Pair): boolean {
  return a[0] !== b[0] || a[1] !== b[1];
}

export function writeSymbol(graph: NetworkGraph): string {
  const places = new Map<Node, number>();
  const nodes: object[] = [];
  const variables: number[] = [];
  const variable = (name: string): number => {
    variables.push(nodes.length);
    return nodes.push({ op: "null", name, inputs: [] }) - 1;
  };
  for (const node of graph.nodes) {
    if (node.operator.op === "input") {
      places.set(node, variable(node.name));
      continue;
    }
    const [op, attrs] = describe(node);
    const from = node.inputs.map((input) => places.get(input) ?? -1);
    const inputs = [...from, ...node.params.map((param) => variable(param.name))];
    places.set(node, nodes.length);
    nodes.push({ op, name: node.name, attrs, inputs: inputs.map((at) => [at, 0, 0]) });
  }
  return JSON.stringify(
    {
      nodes,
      arg_nodes: variables,
      heads: graph.outputs.map((node) => [places.get(node), 0, 0]),
      attrs: { mxnet_version: ["int", 10901] },
    },
    undefined,
    1,
  );
}

export function writeParams(graph: NetworkGraph): Uint8Array {
  const params = graph.nodes.flatMap((node) => node.params);
  return writeNDArrays({
    names: params.map(({ name, auxiliary }) => `${auxiliary ? "aux" : "arg"}:${name}`),
    tensors: params.map(({ data, shape }) => new Tensor(data, shape)),
  });
}
