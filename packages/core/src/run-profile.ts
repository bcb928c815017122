/** What the nodes of a predictor take, as the engine measures it (`LPPredGetNodeProfile`). */

/** One node as it is run: an operator of the model, or several in one. */
export interface NodeProfile {
  /** Of the last of the model's nodes that are computed with it. */
  readonly name: string;
  /** The operator; `to_layout` and `to_dtype` are conversions that no node of the model stands for. */
  readonly op: string;
  /** How it is computed. */
  readonly algorithm: string;
  /** Milliseconds of the fastest run. */
  readonly leastMs: number;
  /** Milliseconds of a run, on average. */
  readonly meanMs: number;
  /** Its part of the sum of all nodes' mean times, 0 to 1. */
  readonly share: number;
  /** Products summed up in one run, as in `GraphNode`. */
  readonly multiplyAdds: number;
  /** Thousand millions of operations a second, two for each product, at the mean time. */
  readonly gflops: number;
  /** Size of its inputs, weights and outputs, each once. */
  readonly bytes: number;
}

/** Where the time of a predictor's runs goes. */
export interface RunProfile {
  /** Runs that were measured. */
  readonly runs: number;
  /** Milliseconds: the sum of the nodes' mean times. */
  readonly meanMs: number;
  /** In the order in which they run. */
  readonly nodes: readonly NodeProfile[];
}

/** A node in the engine's text. */
interface WrittenNode {
  readonly name: string;
  readonly op: string;
  readonly algorithm: string;
  readonly min_ns: number;
  readonly mean_ns: number;
  readonly share: number;
  readonly multiply_adds: number;
  readonly bytes: number;
}

/** Reads the text that `LPPredGetNodeProfile` writes. */
export function parseRunProfile(text: string): RunProfile {
  const written = JSON.parse(text) as {
    readonly runs: number;
    readonly total_ns: number;
    readonly nodes: readonly WrittenNode[];
  };
  return {
    runs: written.runs,
    meanMs: written.total_ns / 1e6,
    nodes: written.nodes.map((node) => ({
      name: node.name,
      op: node.op,
      algorithm: node.algorithm,
      leastMs: node.min_ns / 1e6,
      meanMs: node.mean_ns / 1e6,
      share: node.share,
      multiplyAdds: node.multiply_adds,
      gflops: node.mean_ns > 0 ? (2 * node.multiply_adds) / node.mean_ns : 0,
      bytes: node.bytes,
    })),
  };
}
