/**
 * Random weights for the 2015 ImageNet symbols; reference/old_symbol_weights.py makes the same ones and
 * says how.
 */

import type { ParamArray } from "../src/case-format.js";

interface SymbolNode {
  readonly op: string;
  readonly name: string;
  readonly param?: Readonly<Record<string, string>>;
  readonly inputs: readonly (readonly [node: number, output: number])[];
}

export interface OldSymbol {
  readonly nodes: readonly SymbolNode[];
}

const ranges: readonly (readonly [suffix: string, lo: number, hi: number])[] = [
  ["_moving_mean", -0.1, 0.1],
  ["_moving_var", 0.9, 1.5],
  ["_gamma", 0.8, 1.2],
  ["_beta", -0.1, 0.1],
  ["_bias", -0.1, 0.1],
];

/** All parameters of a symbol, for inputs of 1×3×224×224. */
export function oldSymbolWeights(symbol: OldSymbol): ParamArray[] {
  return weightShapes(symbol).map(([name, shape], number) => {
    const bound = Math.sqrt(6 / shape.slice(1).reduce((a, b) => a * b, 1));
    const [, lo, hi] = ranges.find(([suffix]) => name.endsWith(suffix)) ?? ["", -bound, bound];
    const prefix = name.includes("_moving_") ? "aux:" : "arg:";
    return { name: prefix + name, shape, seeded: { seed: 1000 + number, lo, hi } };
  });
}

function weightShapes(symbol: OldSymbol): [name: string, shape: number[]][] {
  const shapes: number[][] = [];
  const weights: [string, number[]][] = [];
  for (const node of symbol.nodes) {
    const data = shapes[node.inputs[0]?.[0] ?? -1] ?? [];
    shapes.push(outputShape(node, data, shapes, weights));
  }
  return weights;
}

function outputShape(
  node: SymbolNode,
  data: readonly number[],
  shapes: readonly number[][],
  weights: [string, number[]][],
): number[] {
  const [batch = 1, channels = 0, ...size] = data;
  const param = node.param ?? {};
  const numbers = (key: string): number[] =>
    (param[key] ?? "")
      .replace(/[()\s]/g, "")
      .split(",")
      .map(Number);
  switch (node.op) {
    case "null":
      return node.name === "data" ? [1, 3, 224, 224] : [];
    case "Convolution": {
      const [kernel, stride, pad] = [numbers("kernel"), numbers("stride"), numbers("pad")];
      const filters = Number(param["num_filter"]);
      const groups = Number(param["num_group"]);
      weights.push([`${node.name}_weight`, [filters, channels / groups, ...kernel]]);
      weights.push([`${node.name}_bias`, [filters]]);
      const out = size.map((length, a) =>
        Math.floor((length + 2 * at(pad, a) - at(kernel, a)) / at(stride, a) + 1),
      );
      return [batch, filters, ...out];
    }
    case "Pooling": {
      const [kernel, stride, pad] = [numbers("kernel"), numbers("stride"), numbers("pad")];
      const out = size.map((length, a) => {
        const padded = length + 2 * at(pad, a);
        const last = Math.min(padded - at(kernel, a) + at(stride, a) - 1, padded - 1);
        return Math.floor(last / at(stride, a)) + 1;
      });
      return [batch, channels, ...out];
    }
    case "BatchNorm":
      for (const part of ["gamma", "beta", "moving_mean", "moving_var"]) {
        weights.push([`${node.name}_${part}`, [channels]]);
      }
      return [...data];
    case "FullyConnected": {
      const hidden = Number(param["num_hidden"]);
      weights.push([
        `${node.name}_weight`,
        [hidden, [channels, ...size].reduce((a, b) => a * b, 1)],
      ]);
      weights.push([`${node.name}_bias`, [hidden]]);
      return [batch, hidden];
    }
    case "Flatten":
      return [batch, [channels, ...size].reduce((a, b) => a * b, 1)];
    case "Concat": {
      const all = node.inputs.reduce((sum, [input]) => sum + (shapes[input]?.[1] ?? 0), 0);
      return [batch, all, ...size];
    }
    default:
      return [...data];
  }
}

function at(values: readonly number[], index: number): number {
  return values[index] ?? Number.NaN;
}
