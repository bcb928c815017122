import { describe, expect, it } from "vitest";
import { type OutputGraph, outputScale } from "../src/output-scale.js";

/** A chain of operators; each takes the one before it. `"Activation relu"` has an act_type. */
function chain(...ops: string[]): OutputGraph {
  const nodes = ["null", ...ops].map((text, i): OutputGraph["nodes"][number] => {
    const [op = "", activation] = text.split(" ");
    return {
      name: `node${i}`,
      op,
      attrs: activation === undefined ? {} : { act_type: activation },
      inputs: i === 0 ? [] : [[i - 1, 0]],
    };
  });
  return { nodes, heads: [[nodes.length - 1, 0]] };
}

describe("the scale of an output", () => {
  it.each([
    ["FullyConnected", "softmax"],
    ["FullyConnected", "SoftmaxOutput"],
    ["Convolution", "SoftmaxActivation", "Flatten"],
    ["FullyConnected", "Activation sigmoid"],
    ["FullyConnected", "LogisticRegressionOutput", "Reshape", "_copy"],
    ["softmax", "Pooling"],
  ])("is probabilities after %s, %s, %s", (...ops) => {
    expect(outputScale(chain(...ops.filter(Boolean)), 0).scale).toBe("probabilities");
  });

  it.each([
    ["Flatten", "FullyConnected"],
    ["Convolution", "Activation relu", "Pooling", "Flatten"],
    ["FullyConnected", "log_softmax"],
    ["FullyConnected", "Dropout", "Cast"],
    ["dot", "broadcast_add"],
    ["FullyConnected", "_mul_scalar"],
  ])("is logits after %s, %s, %s, %s", (...ops) => {
    expect(outputScale(chain(...ops.filter(Boolean)), 0).scale).toBe("logits");
  });

  it.each([
    ["tanh", ["FullyConnected", "tanh"]],
    ["Activation", ["FullyConnected", "Activation tanh"]],
    ["SVMOutput", ["FullyConnected", "SVMOutput"]],
    ["null", ["Flatten"]],
  ])("is not known after %s", (op, ops) => {
    expect(outputScale(chain(...ops), 0)).toMatchObject({ scale: undefined, op });
  });

  it("is that of the output that was asked for", () => {
    const { nodes } = chain("FullyConnected", "softmax");
    const graph: OutputGraph = {
      nodes,
      heads: [
        [1, 0],
        [2, 0],
      ],
    };
    expect(outputScale(graph, 0)).toEqual({ scale: "logits", op: "FullyConnected", node: "node1" });
    expect(outputScale(graph, 1).scale).toBe("probabilities");
    expect(outputScale(graph, 2).scale).toBeUndefined();
  });
});
