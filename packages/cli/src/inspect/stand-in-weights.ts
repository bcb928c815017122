/**
 * Weights for a graph that comes without any, so that memory and time can be measured: random,
 * scaled so that activations neither vanish nor overflow, with sane statistics for BatchNorm.
 */
import { type GraphNode, Tensor, writeNDArrays } from "@libpredict/core";
import { randomSource } from "./random-data.js";

/** Random numbers are drawn once and repeated: their values do not matter, their spread does. */
const drawnCount = 8191;

/**
 * Content of a `.params` file with every weight and state that a described graph lacks.
 *
 * @param nodes - as `predictor.describe()` gives them
 */
export function standInWeights(nodes: readonly GraphNode[]): Uint8Array {
  const drawn = drawNormal(drawnCount, 1);
  const lacking = nodes.filter((node) => node.missing);
  const names = lacking.map((node) => `${node.state ? "aux" : "arg"}:${node.name}`);
  const tensors = lacking.map((node) => {
    const shape = node.outputs[0]?.shape ?? [];
    const size = shape.reduce((product, dim) => product * dim, 1);
    const data = new Float32Array(size);
    if (/_(gamma|moving_var|running_var)$/.test(node.name)) data.fill(1);
    else if (!/_(bias|beta|moving_mean|running_mean)$/.test(node.name)) {
      const fanIn = shape.slice(1).reduce((product, dim) => product * dim, 1);
      // He: the variance 2 / fan-in keeps the spread of activations through a relu.
      const scaled = drawn.map((value) => value * Math.sqrt(2 / fanIn));
      for (let at = 0; at < size; at += scaled.length)
        data.set(scaled.subarray(0, Math.min(scaled.length, size - at)), at);
    }
    return new Tensor(data, shape);
  });
  return writeNDArrays({ names, tensors });
}

/** Normally distributed numbers with mean 0 and standard deviation 1, by Box and Muller. */
function drawNormal(count: number, seed: number): Float32Array {
  const next = randomSource(seed);
  return Float32Array.from({ length: count }, () => {
    const radius = Math.sqrt(-2 * Math.log(1 - next()));
    return radius * Math.cos(2 * Math.PI * next());
  });
}
