/**
 * Builds a network operator by operator, in MXNet's terms. Every tensor is computed when it is made
 * (float64-operators.ts), so that BatchNorm can take the statistics of its own input.
 */

import type { Float64Tensor, Pair, Window } from "./float64-operators.js";
import * as float64 from "./float64-operators.js";
import { SeededRandom } from "./seeded-random.js";

export interface Param {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: Float32Array;
  readonly auxiliary: boolean;
}

export type Operator =
  | { readonly op: "input" }
  | ({ readonly op: "Convolution"; readonly filters: number; readonly groups: number } & Window)
  | { readonly op: "FullyConnected"; readonly units: number }
  | { readonly op: "BatchNorm"; readonly eps: number }
  | { readonly op: "Activation"; readonly kind: "relu" | "tanh" }
  | { readonly op: "prelu" }
  | { readonly op: "clip"; readonly low: number; readonly high: number }
  /** `after`: padding behind the last row and column; where it is more than `pad`, sizes round up. */
  | ({ readonly op: "Pooling"; readonly kind: "max" | "avg"; readonly after: Pair } & Window)
  | { readonly op: "globalAverage" }
  | { readonly op: "Flatten" }
  | { readonly op: "Concat" }
  | { readonly op: "add" }
  | { readonly op: "softmax" }
  | { readonly op: "UpSampling"; readonly scale: number }
  | { readonly op: "Reshape" };

/** One node: also the tensor that it gives. */
export interface Node extends Float64Tensor {
  readonly name: string;
  readonly operator: Operator;
  readonly inputs: readonly Node[];
  readonly params: readonly Param[];
}

export interface NetworkGraph {
  readonly nodes: readonly Node[];
  readonly input: Node;
  readonly outputs: readonly Node[];
  /** Multiply-adds of convolutions and fully connected layers. */
  readonly multiplyAdds: number;
}

type Sides = number | Pair;
const pair = (sides: Sides): Pair => (typeof sides === "number" ? [sides, sides] : sides);

export interface ConvolutionOptions {
  readonly stride?: Sides;
  readonly pad?: Sides;
  readonly groups?: number;
  readonly bias?: boolean;
  /** The weights are scaled so that the outputs have a standard deviation of 1. */
  readonly spread?: boolean;
}

export interface PoolOptions {
  readonly stride?: Sides;
  readonly pad?: Sides;
  /** Sizes are rounded up. */
  readonly full?: boolean;
}

/**
 * Scales below 1 and offsets mostly above 0 keep deep networks well-conditioned; a map of one pixel has
 * no variance of its own.
 */
const gammas = [0.4, 0.8] as const;
const betas = [-0.1, 0.3] as const;
const biases = [-0.1, 0.1] as const;
const leastVariance = 1e-3;

export class NetworkBuilder {
  readonly #random: SeededRandom;
  readonly #nodes: Node[] = [];
  readonly #counts = new Map<string, number>();
  readonly input: Node;
  #multiplyAdds = 0;

  /** @param name gives the seed of the weights and the input */
  constructor(name: string, inputShape: readonly number[]) {
    this.#random = new SeededRandom(name);
    const count = inputShape.reduce((product, size) => product * size, 1);
    const data = Float64Array.from(this.#random.uniforms(count, -1, 1));
    this.input = this.#add("data", { op: "input" }, [], [], { shape: inputShape, data });
  }

  convolution(x: Node, filters: number, kernel: Sides, options: ConvolutionOptions = {}): Node {
    const { stride = 1, pad = 0, groups = 1, bias = true, spread = false } = options;
    const window = { kernel: pair(kernel), stride: pair(stride), pad: pair(pad) };
    const operator = { op: "Convolution", filters, groups, ...window } as const;
    const name = this.#name("conv");
    const [channels] = float64.dims(x);
    const shape = [filters, channels / groups, ...window.kernel];
    const terms = (channels / groups) * window.kernel[0] * window.kernel[1];
    const weight = this.#random.normals(filters * terms, Math.sqrt(2 / terms));
    const offset = bias ? this.#random.uniforms(filters, ...biases) : undefined;
    let value = float64.convolve(x, weight, offset, operator);
    if (spread) {
      value = normalise(value, [weight, ...(offset ? [offset] : [])]);
    }
    this.#multiplyAdds += value.data.length * terms;
    const params = [param(`${name}_weight`, shape, weight)];
    if (offset !== undefined) {
      params.push(param(`${name}_bias`, [filters], offset));
    }
    return this.#add(name, operator, [x], params, value);
  }

  fullyConnected(x: Node, units: number, spread = false): Node {
    const name = this.#name("fc");
    const terms = x.data.length;
    const weight = this.#random.normals(units * terms, Math.sqrt(2 / terms));
    const bias = this.#random.uniforms(units, ...biases);
    let value = float64.connect(x, weight, bias, units);
    if (spread) {
      value = normalise(value, [weight, bias]);
    }
    this.#multiplyAdds += weight.length;
    const params = [
      param(`${name}_weight`, [units, terms], weight),
      param(`${name}_bias`, [units], bias),
    ];
    return this.#add(name, { op: "FullyConnected", units }, [x], params, value);
  }

  batchNorm(x: Node, eps = 1e-5): Node {
    const name = this.#name("bn");
    const [channels] = float64.dims(x);
    const gamma = this.#random.uniforms(channels, ...gammas);
    const beta = this.#random.uniforms(channels, ...betas);
    const [mean, variance] = float64.statistics(x, leastVariance);
    const params = [
      param(`${name}_gamma`, [channels], gamma),
      param(`${name}_beta`, [channels], beta),
      param(`${name}_moving_mean`, [channels], mean, true),
      param(`${name}_moving_var`, [channels], variance, true),
    ];
    const at = (array: Float32Array, channel: number): number => array[channel] as number;
    const value = float64.map(
      x,
      (v, c) => ((v - at(mean, c)) / Math.sqrt(at(variance, c) + eps)) * at(gamma, c) + at(beta, c),
    );
    return this.#add(name, { op: "BatchNorm", eps }, [x], params, value);
  }

  relu(x: Node): Node {
    const value = float64.map(x, (v) => Math.max(0, v));
    return this.#add(this.#name("relu"), { op: "Activation", kind: "relu" }, [x], [], value);
  }

  tanh(x: Node): Node {
    const value = float64.map(x, Math.tanh);
    return this.#add(this.#name("tanh"), { op: "Activation", kind: "tanh" }, [x], [], value);
  }

  /** relu6 of mobile networks. */
  clip(x: Node, low: number, high: number): Node {
    const value = float64.map(x, (v) => Math.min(high, Math.max(low, v)));
    return this.#add(this.#name("clip"), { op: "clip", low, high }, [x], [], value);
  }

  prelu(x: Node): Node {
    const name = this.#name("prelu");
    const [channels] = float64.dims(x);
    const slope = this.#random.uniforms(channels, 0.1, 0.4);
    const value = float64.map(x, (v, c) => (v > 0 ? v : v * (slope[c] as number)));
    const params = [param(`${name}_gamma`, [channels], slope)];
    return this.#add(name, { op: "prelu" }, [x], params, value);
  }

  maxPool(x: Node, kernel: Sides, options: PoolOptions = {}): Node {
    return this.#pool(x, "max", kernel, options);
  }

  /** Padding counts as zeros, as MXNet has it by default. */
  averagePool(x: Node, kernel: Sides, options: PoolOptions = {}): Node {
    return this.#pool(x, "avg", kernel, options);
  }

  #pool(x: Node, kind: "max" | "avg", sides: Sides, options: PoolOptions): Node {
    const { stride = 1, pad = 0, full = false } = options;
    const window = { kernel: pair(sides), stride: pair(stride), pad: pair(pad) };
    const { kernel, stride: step, pad: before } = window;
    const [, ...sizes] = float64.dims(x);
    // What the last window needs beyond the edge, where sizes round up.
    const after = ([0, 1] as const).map((side) => {
      const size = sizes[side] ?? 1;
      const rest = (size + 2 * before[side] - kernel[side]) % step[side];
      return before[side] + (full && rest !== 0 ? step[side] - rest : 0);
    }) as unknown as Pair;
    if (kind === "avg" && full) {
      throw new Error("an average pool that rounds up divides by less at the edge: not built here");
    }
    const value = float64.pool(x, kind, window, after);
    return this.#add(this.#name("pool"), { op: "Pooling", kind, after, ...window }, [x], [], value);
  }

  globalAverage(x: Node): Node {
    const [, height, width] = float64.dims(x);
    const value = float64.pool(
      x,
      "avg",
      { kernel: [height, width], stride: [1, 1], pad: [0, 0] },
      [0, 0],
    );
    return this.#add(this.#name("pool"), { op: "globalAverage" }, [x], [], value);
  }

  flatten(x: Node): Node {
    const value = { shape: [1, x.data.length], data: x.data };
    return this.#add(this.#name("flatten"), { op: "Flatten" }, [x], [], value);
  }

  reshape(x: Node, shape: readonly number[]): Node {
    return this.#add(this.#name("reshape"), { op: "Reshape" }, [x], [], { shape, data: x.data });
  }

  concat(...parts: readonly Node[]): Node {
    return this.#add(this.#name("concat"), { op: "Concat" }, parts, [], float64.concatenate(parts));
  }

  add(a: Node, b: Node): Node {
    const value = { shape: a.shape, data: a.data.map((v, i) => v + (b.data[i] as number)) };
    return this.#add(this.#name("add"), { op: "add" }, [a, b], [], value);
  }

  /** Over the channels. */
  softmax(x: Node): Node {
    const value = float64.softmaxOverChannels(x);
    return this.#add(this.#name("softmax"), { op: "softmax" }, [x], [], value);
  }

  upsample(x: Node, scale: number): Node {
    const value = float64.upsampleNearest(x, scale);
    return this.#add(this.#name("upsample"), { op: "UpSampling", scale }, [x], [], value);
  }

  finish(outputs: readonly Node[]): NetworkGraph {
    return { nodes: this.#nodes, input: this.input, outputs, multiplyAdds: this.#multiplyAdds };
  }

  #name(stem: string): string {
    const count = this.#counts.get(stem) ?? 0;
    this.#counts.set(stem, count + 1);
    return `${stem}${count}`;
  }

  #add(
    name: string,
    operator: Operator,
    inputs: readonly Node[],
    params: readonly Param[],
    value: Float64Tensor,
  ): Node {
    const node = { name, operator, inputs, params, ...value };
    this.#nodes.push(node);
    return node;
  }
}

function param(
  name: string,
  shape: readonly number[],
  data: Float32Array,
  auxiliary = false,
): Param {
  return { name, shape, data, auxiliary };
}

/** Divides what is linear in the weights by the standard deviation of the outputs. */
function normalise(value: Float64Tensor, weights: readonly Float32Array[]): Float64Tensor {
  const { data } = value;
  const mean = data.reduce((sum, v) => sum + v, 0) / data.length;
  const deviation = Math.sqrt(data.reduce((sum, v) => sum + (v - mean) ** 2, 0) / data.length);
  for (const array of weights) {
    for (let i = 0; i < array.length; i++) {
      array[i] = (array[i] as number) / deviation;
    }
  }
  // Rounding the scaled weights to float32 once more moves the outputs by 1e-7 of their spread.
  return { shape: value.shape, data: data.map((v) => v / deviation) };
}
