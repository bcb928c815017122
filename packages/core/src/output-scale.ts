/** Whether a network's output is probabilities already, told from the operators that make it. */

import type { GraphDescription } from "./graph-description.js";

/** The part of a graph's description that tells it. */
export interface OutputGraph {
  readonly nodes: readonly Pick<
    GraphDescription["nodes"][number],
    "name" | "op" | "attrs" | "inputs"
  >[];
  readonly heads: GraphDescription["heads"];
}

/** What was found at an output. */
export interface OutputScale {
  /** `logits` want a softmax, `probabilities` do not; undefined if the operator tells neither. */
  readonly scale: "probabilities" | "logits" | undefined;
  /** The operator that decides, and its node. */
  readonly op: string;
  readonly node: string;
}

/** The words of a text. */
const words = (text: string): ReadonlySet<string> => new Set(text.split(" "));

/** Operators that keep the scale of their first input, whatever it is. */
const keeping = words(
  "Flatten Reshape reshape_like expand_dims squeeze transpose SwapAxis _copy BlockGrad MakeLoss " +
    "make_loss Cast amp_cast Dropout Pooling Pooling_v1",
);

const probabilities = words(
  "softmax SoftmaxOutput SoftmaxActivation sigmoid hard_sigmoid LogisticRegressionOutput",
);

/** log_softmax is among them: the softmax of logarithms of probabilities is the probabilities. */
const logits = words(
  "FullyConnected Convolution dot batch_dot log_softmax BatchNorm BatchNorm_v1 relu LeakyReLU " +
    "elemwise_add broadcast_add add_n broadcast_mul _plus_scalar _mul_scalar _div_scalar",
);

/**
 * Looks at the operator that makes an output, through reshapes, pooling and the like.
 *
 * @param graph - the description of the predictor that computes the output
 * @param head - which of its outputs
 */
export function outputScale(graph: OutputGraph, head: number): OutputScale {
  let at = graph.heads[head]?.[0];
  for (;;) {
    const node = at === undefined ? undefined : graph.nodes[at];
    if (!node) return { scale: undefined, op: "none", node: "" };
    if (keeping.has(node.op)) {
      // Inputs stand before their nodes, so that this ends.
      at = node.inputs[0]?.[0];
      continue;
    }
    return { scale: scaleOf(node.op, node.attrs["act_type"]), op: node.op, node: node.name };
  }
}

function scaleOf(op: string, activation: string | undefined): OutputScale["scale"] {
  if (op === "Activation") {
    if (activation === "sigmoid") return "probabilities";
    return activation === "relu" ? "logits" : undefined;
  }
  if (probabilities.has(op)) return "probabilities";
  return logits.has(op) ? "logits" : undefined;
}
