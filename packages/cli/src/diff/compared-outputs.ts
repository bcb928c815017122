/** Which outputs of a graph can be compared, and in which portions. */
import type { GraphDescription, GraphNode } from "@libpredict/core";
import { isInput } from "../inspect/model-report.js";

/** One output of one layer. */
export interface LayerOutput {
  /** Full name, such as `fc_output`. */
  readonly name: string;
  readonly layer: string;
  readonly op: string;
  readonly shape: readonly number[];
  readonly bytes: number;
  /** Position of its node. */
  readonly node: number;
}

const bytesPerElement = 8;

/** All outputs of operators, in execution order; of those that share a name, the first, as libraries find them. */
export function layerOutputs({ nodes }: GraphDescription): LayerOutput[] {
  const seen = new Set<string>();
  return nodes.flatMap((node, i) =>
    node.op === "null"
      ? []
      : node.outputs.flatMap(({ name, shape }) => {
          if (seen.has(name)) return [];
          seen.add(name);
          const bytes = shape.reduce((product, dim) => product * dim, bytesPerElement);
          return [{ name, layer: node.name, op: node.op, shape, bytes, node: i }];
        }),
  );
}

/** Whether a library that has MXNet's part of the header only can be asked for an output. */
export function isSelectable({ name, layer }: LayerOutput): boolean {
  return name === `${layer}_output`;
}

/** Portions of outputs, in order, of which each takes no more memory than a limit, or is one output. */
export function portionsOf(
  outputs: readonly LayerOutput[],
  limitBytes: number,
  limitCount: number,
): LayerOutput[][] {
  const portions: LayerOutput[][] = [];
  let current: LayerOutput[] = [];
  let bytes = 0;
  for (const output of outputs) {
    if (current.length > 0 && (bytes + output.bytes > limitBytes || current.length >= limitCount)) {
      portions.push(current);
      current = [];
      bytes = 0;
    }
    current.push(output);
    bytes += output.bytes;
  }
  if (current.length > 0) portions.push(current);
  return portions;
}

/** Names of the inputs that some outputs depend on; others do not exist in a graph cut down to them. */
export function neededInputs(
  nodes: readonly GraphNode[],
  outputs: readonly LayerOutput[],
): Set<string> {
  const needed = new Set(outputs.map((output) => output.node));
  const names = new Set<string>();
  for (let i = Math.max(-1, ...needed); i >= 0; i--) {
    const node = nodes[i];
    if (!node || !needed.has(i)) continue;
    for (const [from] of node.inputs) needed.add(from);
    if (node.op === "null" && isInput(node)) names.add(node.name);
  }
  return names;
}
