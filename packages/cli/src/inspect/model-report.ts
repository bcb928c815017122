/** What `inspect` finds out about a model: one object, which is also its `--json`. */
import type { GraphNode, PredictorStats, TensorInfo } from "@libpredict/core";

import { layerSettings } from "./layer-settings.js";

/** One operator of the graph. */
export interface LayerReport {
  readonly name: string;
  readonly op: string;
  /** The settings that matter, in short: `3×3 /2 · 64`. */
  readonly settings: string;
  readonly attrs: Readonly<Record<string, string>>;
  /** Names of what it reads: layers and inputs; parameters are left out. */
  readonly inputs: readonly string[];
  readonly outputs: readonly TensorInfo[];
  /** Elements of the parameters that it is the first to use. */
  readonly parameters: number;
  readonly parameterBytes: number;
  readonly multiplyAdds: number;
}

/** How long a forward takes. */
export interface TimeReport {
  /** Milliseconds. */
  readonly median: number;
  /** Milliseconds. */
  readonly fastest: number;
  /** Milliseconds. */
  readonly slowest: number;
  /** Forwards that were timed, after one that was not. */
  readonly runs: number;
  readonly threads: number;
}

/** Bytes that a model and one predictor of it occupy. */
export interface MemoryReport {
  /** One copy of the parameters; predictors share it. */
  readonly weights: number;
  /** Everything else: the sum of the following four. */
  readonly temporary: number;
  /** What kernels keep of the weights in an order of their own, beyond that one copy; shared. */
  readonly packed: number;
  /** Inputs, outputs and what lies between them. */
  readonly activations: number;
  /** What kernels use during a forward. */
  readonly scratch: number;
  /** The plan and everything else. */
  readonly plan: number;
}

/** A model under given input shapes. */
export interface ModelReport {
  readonly model: string;
  /** Where the weights come from: the model's file, or drawn at random because there is none. */
  readonly weights: "file" | "random";
  /** Weights and states that the model's file lacks. */
  readonly missing: readonly string[];
  readonly inputs: readonly TensorInfo[];
  readonly outputs: readonly TensorInfo[];
  readonly parameters: number;
  readonly multiplyAdds: number;
  readonly memory: MemoryReport;
  /** Absent where it was not measured. */
  readonly time?: TimeReport;
  /** Operators, in the order of the graph. */
  readonly layers: readonly LayerReport[];
}

/** Whether a node is a variable that the caller feeds; missing weights could be fed, but are none. */
export function isInput(node: GraphNode): boolean {
  return node.input && !node.missing;
}

/**
 * The report of a described graph.
 *
 * @param model - what the user called it
 * @param nodes - as `predictor.describe()` gives them
 * @param predictor - its inputs and outputs
 * @param stats - what it occupies
 * @param weights - where its weights come from
 * @param time - how long a forward takes, where it was measured
 */
export function reportModel(
  model: string,
  nodes: readonly GraphNode[],
  predictor: { readonly inputs: readonly TensorInfo[]; readonly outputs: readonly TensorInfo[] },
  stats: PredictorStats,
  weights: "file" | "random",
  time?: TimeReport,
): ModelReport {
  const layers = nodes
    .filter((node) => node.op !== "null")
    .map(
      (node): LayerReport => ({
        name: node.name,
        op: node.op,
        settings: layerSettings(node.op, node.attrs),
        attrs: node.attrs,
        inputs: [
          ...new Set(
            node.inputs.flatMap(([from]) => {
              const source = nodes[from];
              return source && (source.op !== "null" || isInput(source)) ? [source.name] : [];
            }),
          ),
        ],
        outputs: node.outputs,
        parameters: node.parameters,
        parameterBytes: node.parameterBytes,
        multiplyAdds: node.multiplyAdds,
      }),
    );
  const sum = (value: (layer: LayerReport) => number): number =>
    layers.reduce((total, layer) => total + value(layer), 0);
  const { weightsBytes, packedBytes, arenaBytes, scratchBytes, planBytes } = stats;
  const missing = nodes.filter((node) => node.missing).map((node) => node.name);
  return {
    model,
    weights,
    missing,
    inputs: predictor.inputs.filter(({ name }) => !missing.includes(name)),
    outputs: predictor.outputs,
    parameters: sum((layer) => layer.parameters),
    multiplyAdds: sum((layer) => layer.multiplyAdds),
    memory: {
      weights: weightsBytes,
      temporary: packedBytes + arenaBytes + scratchBytes + planBytes,
      packed: packedBytes,
      activations: arenaBytes,
      scratch: scratchBytes,
      plan: planBytes,
    },
    ...(time ? { time } : {}),
    layers,
  };
}
