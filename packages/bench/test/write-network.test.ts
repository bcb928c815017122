import { readNDArrays } from "@libpredict/core";
import { expect, it } from "vitest";
import { architectures, buildNetwork } from "../dist/networks/architectures.js";
import { NetworkBuilder } from "../dist/networks/network-builder.js";
import { ProtobufMessage } from "../dist/networks/protobuf-message.js";
import { SeededRandom } from "../dist/networks/seeded-random.js";
import { writeOnnx } from "../dist/networks/write-onnx.js";
import { writeParams, writeSymbol } from "../dist/networks/write-symbol.js";

const hex = (message: ProtobufMessage): string => Buffer.concat(message.pieces).toString("hex");

it("writes protobuf as its documentation shows", () => {
  expect(hex(new ProtobufMessage().integer(1, 150))).toBe("089601");
  expect(hex(new ProtobufMessage().text(2, "testing"))).toBe("120774657374696e67");
  expect(hex(new ProtobufMessage().message(3, new ProtobufMessage().integer(1, 150)))).toBe(
    "1a03089601",
  );
  expect(hex(new ProtobufMessage().integer(1, -2))).toBe("08feffffffffffffffff01");
  expect(hex(new ProtobufMessage().float(2, 1))).toBe("150000803f");
});

it("gives random numbers that do not depend on the machine, with the deviation asked for", () => {
  const numbers = new SeededRandom("a name").normals(100_001, 2);
  const squares = numbers.reduce((sum, value) => sum + value ** 2, 0) / numbers.length;
  expect(Math.sqrt(squares)).toBeCloseTo(2, 1);
  expect(new SeededRandom("a name").normals(3, 2)).toEqual(numbers.slice(0, 3));
  expect(new SeededRandom("another").normals(3, 2)).not.toEqual(numbers.slice(0, 3));
});

it("writes a layer as symbol, parameters and ONNX", () => {
  const [layer] = architectures;
  if (layer === undefined) throw new Error("no architecture");
  const graph = buildNetwork(layer);
  const symbol = JSON.parse(writeSymbol(graph)) as {
    nodes: { op: string; name: string; attrs?: Record<string, string>; inputs: number[][] }[];
    heads: number[][];
  };
  expect(symbol.nodes.map(({ op, name }) => `${op} ${name}`)).toEqual([
    "null data",
    "null conv0_weight",
    "null conv0_bias",
    "Convolution conv0",
    "Activation relu0",
  ]);
  expect(symbol.nodes[3]?.attrs).toMatchObject({ kernel: "(3, 3)", pad: "(1, 1)" });
  expect(symbol.nodes[3]?.inputs).toEqual([
    [0, 0, 0],
    [1, 0, 0],
    [2, 0, 0],
  ]);
  expect(symbol.heads).toEqual([[4, 0, 0]]);
  const params = readNDArrays(writeParams(graph));
  expect(params.names).toEqual(["arg:conv0_weight", "arg:conv0_bias"]);
  expect(params.tensors[0]?.shape).toEqual([8, 8, 3, 3]);
  const onnx = Buffer.concat(writeOnnx(graph));
  expect(onnx.subarray(0, 2).toString("hex")).toBe("0808"); // IR version 8
  for (const word of ["Conv", "Relu", "kernel_shape", "conv0_weight", "data", "relu0"]) {
    expect(onnx.includes(word), word).toBe(true);
  }
});

it("has the published numbers of weights and of multiply-adds", () => {
  // torchvision's documentation of SqueezeNet 1.1.
  const graph = buildNetwork(architectures.find(({ name }) => name === "squeezenet") as never);
  const count = graph.nodes
    .flatMap(({ params }) => params)
    .reduce((sum, { data }) => sum + data.length, 0);
  expect(count).toBe(1_235_496);
  expect(Math.round(graph.multiplyAdds / 1e6)).toBe(349);
});

it("refuses an average pool that rounds up", () => {
  const net = new NetworkBuilder("refused", [1, 1, 5, 5]);
  expect(() => net.averagePool(net.input, 2, { stride: 2, full: true })).toThrow("rounds up");
});
