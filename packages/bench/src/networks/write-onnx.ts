/** Writes a network as ONNX, operator set 13: what all peers but MXNet read or convert. */

import type { NetworkGraph, Node } from "./network-builder.js";
import { ProtobufMessage } from "./protobuf-message.js";

const operatorSet = 13;
const irVersion = 8;
const floatType = 1;
const int64Type = 7;

type Attribute = number | string | readonly number[] | { readonly float: number };

interface Translation {
  readonly op: string;
  readonly attributes?: Readonly<Record<string, Attribute>>;
  /** Initializers besides the node's own parameters. */
  readonly constants?: readonly ProtobufMessage[];
  /** Names of further inputs, in order; "" is an input left out. */
  readonly more?: readonly string[];
}

const twice = ([y, x]: readonly [number, number]): number[] => [y, x, y, x];

function translate(node: Node): Translation | undefined {
  const { operator, name } = node;
  switch (operator.op) {
    case "input":
      return undefined;
    case "Convolution":
      return {
        op: "Conv",
        attributes: {
          kernel_shape: operator.kernel,
          strides: operator.stride,
          pads: twice(operator.pad),
          group: operator.groups,
        },
      };
    case "FullyConnected":
      return { op: "Gemm", attributes: { transB: 1 } };
    case "BatchNorm":
      return { op: "BatchNormalization", attributes: { epsilon: { float: operator.eps } } };
    case "Activation":
      return { op: operator.kind === "relu" ? "Relu" : "Tanh" };
    case "prelu":
      return { op: "PRelu" };
    case "clip": {
      const limits = { [`${name}_low`]: operator.low, [`${name}_high`]: operator.high };
      return {
        op: "Clip",
        constants: Object.entries(limits).map(([key, value]) =>
          tensor(key, [], Float32Array.of(value)),
        ),
        more: Object.keys(limits),
      };
    }
    case "Pooling":
      return {
        op: operator.kind === "max" ? "MaxPool" : "AveragePool",
        attributes: {
          kernel_shape: operator.kernel,
          strides: operator.stride,
          // Sizes that round up are padding at the end: runtimes are slower where they have to round.
          pads: [...operator.pad, ...operator.after],
          ...(operator.kind === "avg" ? { count_include_pad: 1 } : {}),
        },
      };
    case "globalAverage":
      return { op: "GlobalAveragePool" };
    case "Flatten":
      return { op: "Flatten" };
    case "Reshape":
      return {
        op: "Reshape",
        constants: [integers(`${name}_shape`, node.shape)],
        more: [`${name}_shape`],
      };
    case "Concat":
      return { op: "Concat", attributes: { axis: 1 } };
    case "add":
      return { op: "Add" };
    case "softmax":
      return { op: "Softmax", attributes: { axis: 1 } };
    case "UpSampling":
      return {
        op: "Resize",
        attributes: {
          mode: "nearest",
          coordinate_transformation_mode: "asymmetric",
          nearest_mode: "floor",
        },
        constants: [
          tensor(`${name}_scales`, [4], Float32Array.of(1, 1, operator.scale, operator.scale)),
        ],
        more: ["", `${name}_scales`],
      };
  }
}

/** @returns pieces of the file, in order */
export function writeOnnx(graph: NetworkGraph): readonly Uint8Array[] {
  const body = new ProtobufMessage();
  const initializers: ProtobufMessage[] = [];
  for (const node of graph.nodes) {
    const translation = translate(node);
    if (translation === undefined) continue;
    const message = new ProtobufMessage();
    const params = node.params.map(({ name }) => name);
    const inputs = node.inputs.map(({ name }) => name);
    for (const name of [...inputs, ...params, ...(translation.more ?? [])]) message.text(1, name);
    message.text(2, node.name).text(3, node.name).text(4, translation.op);
    for (const [name, value] of Object.entries(translation.attributes ?? {})) {
      message.message(5, attribute(name, value));
    }
    body.message(1, message);
    for (const param of node.params) {
      // A slope is spread over height and width, where its input has them.
      const spread = node.operator.op === "prelu" && node.shape.length === 4 ? [1, 1] : [];
      initializers.push(tensor(param.name, [...param.shape, ...spread], param.data));
    }
    initializers.push(...(translation.constants ?? []));
  }
  body.text(2, "network");
  for (const initializer of initializers) body.message(5, initializer);
  body.message(11, valueInfo(graph.input));
  for (const output of graph.outputs) body.message(12, valueInfo(output));
  const model = new ProtobufMessage()
    .integer(1, irVersion)
    .text(2, "libpredict bench")
    .message(7, body)
    .message(8, new ProtobufMessage().text(1, "").integer(2, operatorSet));
  return model.pieces;
}

function attribute(name: string, value: Attribute): ProtobufMessage {
  const message = new ProtobufMessage().text(1, name);
  if (typeof value === "number") return message.integer(3, value).integer(20, 2);
  if (typeof value === "string") return message.text(4, value).integer(20, 3);
  if ("float" in value) return message.float(2, value.float).integer(20, 1);
  for (const each of value) message.integer(8, each);
  return message.integer(20, 7);
}

function tensor(name: string, shape: readonly number[], data: Float32Array): ProtobufMessage {
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return header(shape, floatType).text(8, name).bytes(9, bytes);
}

function integers(name: string, values: readonly number[]): ProtobufMessage {
  const bytes = new Uint8Array(BigInt64Array.from(values, BigInt).buffer);
  return header([values.length], int64Type).text(8, name).bytes(9, bytes);
}

function header(shape: readonly number[], type: number): ProtobufMessage {
  const message = new ProtobufMessage();
  for (const size of shape) message.integer(1, size);
  return message.integer(2, type);
}

function valueInfo({ name, shape }: Node): ProtobufMessage {
  const sizes = new ProtobufMessage();
  for (const size of shape) sizes.message(1, new ProtobufMessage().integer(1, size));
  const type = new ProtobufMessage().integer(1, floatType).message(2, sizes);
  return new ProtobufMessage().text(1, name).message(2, new ProtobufMessage().message(1, type));
}
