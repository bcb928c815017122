/** What `profile` finds out about a model: one object, which is also its `--json`. */
import type { NodeProfile, RunProfile, TensorInfo } from "@libpredict/core";
import { groupBy } from "../group-by.js";

/** Nodes that have something in common, summed up. */
export interface GroupReport {
  /** The operator, or the algorithm. */
  readonly name: string;
  /** How many nodes. */
  readonly nodes: number;
  readonly meanMs: number;
  /** Of the time of all nodes, 0 to 1. */
  readonly share: number;
  readonly multiplyAdds: number;
  readonly gflops: number;
  readonly bytes: number;
}

/** Where the time of a model's runs goes. */
export interface ProfileReport {
  readonly model: string;
  /** Where the weights come from: the model's file, or drawn at random because there is none. */
  readonly weights: "file" | "random";
  readonly inputs: readonly TensorInfo[];
  readonly outputs: readonly TensorInfo[];
  readonly threads: number;
  /** Runs that were measured. */
  readonly runs: number;
  /** Milliseconds: the sum of the nodes' mean times. */
  readonly meanMs: number;
  readonly multiplyAdds: number;
  readonly gflops: number;
  readonly bytes: number;
  readonly nodes: readonly NodeProfile[];
  /** Largest time first. */
  readonly operators: readonly GroupReport[];
  /** Largest time first. */
  readonly algorithms: readonly GroupReport[];
}

/** Orders of the nodes. */
export const nodeOrders = ["graph", "time"] as const;

/** One of {@link nodeOrders}. */
export type NodeOrder = (typeof nodeOrders)[number];

/**
 * The report of a profile.
 *
 * @param about - the model, as `ProfileReport` has it
 * @param profile - what was measured
 */
export function reportProfile(
  about: Pick<ProfileReport, "model" | "weights" | "inputs" | "outputs" | "threads">,
  { runs, meanMs, nodes }: RunProfile,
): ProfileReport {
  const { multiplyAdds, gflops, bytes } = summedUp("", nodes, meanMs);
  const { model, weights, inputs, outputs, threads } = about;
  return {
    ...{ model, weights, inputs, outputs, threads },
    ...{ runs, meanMs, multiplyAdds, gflops, bytes },
    nodes,
    operators: groups(nodes, meanMs, (node) => node.op),
    algorithms: groups(nodes, meanMs, (node) => node.algorithm),
  };
}

/** Nodes in an order, the slowest first where it is that of time. */
export function sortNodes(nodes: readonly NodeProfile[], order: NodeOrder): NodeProfile[] {
  return order === "graph" ? [...nodes] : [...nodes].sort((a, b) => b.meanMs - a.meanMs);
}

function groups(
  nodes: readonly NodeProfile[],
  totalMs: number,
  keyOf: (node: NodeProfile) => string,
): GroupReport[] {
  return [...groupBy(nodes, keyOf)]
    .map(([name, group]) => summedUp(name, group, totalMs))
    .sort((a, b) => b.meanMs - a.meanMs);
}

function summedUp(name: string, nodes: readonly NodeProfile[], totalMs: number): GroupReport {
  const sum = (of: (node: NodeProfile) => number): number =>
    nodes.reduce((total, node) => total + of(node), 0);
  const meanMs = sum((node) => node.meanMs);
  const multiplyAdds = sum((node) => node.multiplyAdds);
  return {
    name,
    nodes: nodes.length,
    meanMs,
    share: totalMs > 0 ? meanMs / totalMs : 0,
    multiplyAdds,
    gflops: meanMs > 0 ? (2 * multiplyAdds) / (meanMs * 1e6) : 0,
    bytes: sum((node) => node.bytes),
  };
}
