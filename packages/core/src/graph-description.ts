/** The graph of a predictor, as the engine describes it (`LPPredDescribe`). */
import type { TensorInfo } from "./backend.js";

/** One node: an operator, or a variable, whose `op` is `"null"`. */
export interface GraphNode {
  readonly name: string;
  /** The operator's own name, where the file uses an alias too. */
  readonly op: string;
  /** What the file says, as it says it, and what rules for old files add. */
  readonly attrs: Readonly<Record<string, string>>;
  /** Where inputs come from: position among the nodes, and number of that node's output. */
  readonly inputs: readonly (readonly [node: number, output: number])[];
  /** Hidden outputs are not among them. */
  readonly outputs: readonly TensorInfo[];
  /**
   * Elements of the model's parameters and states that this node is the first to read; sums
   * over all nodes are sums over the model.
   */
  readonly parameters: number;
  /** Their size in bytes. */
  readonly parameterBytes: number;
  /**
   * Products summed up in one run, biases not counted; 0 for operators that are not linear layers.
   * The formulas stand in the C header, at `LPPredDescribe`.
   */
  readonly multiplyAdds: number;
  /** Whether it is one of the predictor's inputs. */
  readonly input: boolean;
  /** Whether it is a label, which inference does not look at. */
  readonly label: boolean;
  /** Whether it is an auxiliary state, such as a moving mean. */
  readonly state: boolean;
  /** Whether it is a weight or state that the model's parameters lack. */
  readonly missing: boolean;
}

/** The nodes that a predictor's outputs need, in execution order, before any pass. */
export interface GraphDescription {
  readonly nodes: readonly GraphNode[];
  /** The predictor's outputs: position among the nodes, and number of that node's output. */
  readonly heads: readonly (readonly [node: number, output: number])[];
}

/** A node in the engine's text. */
type WrittenNode = Omit<
  GraphNode,
  "parameterBytes" | "multiplyAdds" | "input" | "label" | "state" | "missing"
> & {
  readonly parameter_bytes: number;
  readonly multiply_adds: number;
} & Partial<Pick<GraphNode, "input" | "label" | "state" | "missing">>;

/** Reads the text that `LPPredDescribe` writes. */
export function parseGraphDescription(text: string): GraphDescription {
  const written = JSON.parse(text) as {
    readonly nodes: readonly WrittenNode[];
    readonly heads: GraphDescription["heads"];
  };
  return {
    nodes: written.nodes.map(
      ({ parameter_bytes: parameterBytes, multiply_adds: multiplyAdds, ...node }) => ({
        ...node,
        parameterBytes,
        multiplyAdds,
        input: node.input === true,
        label: node.label === true,
        state: node.state === true,
        missing: node.missing === true,
      }),
    ),
    heads: written.heads,
  };
}
