/** Models small enough to be worked out by hand, written as files. */
import { writeFileSync } from "node:fs";
import { type Tensor, writeNDArrays } from "@libpredict/core";

/** A node of a graph; variables have no operator. */
export interface NodeText {
  readonly name: string;
  readonly op?: string;
  readonly attrs?: Readonly<Record<string, string>>;
  /** Names of other nodes. */
  readonly inputs?: readonly string[];
}

/** The text of a symbol file whose outputs are the first ones of some nodes. */
export function symbolText(nodes: readonly NodeText[], heads: readonly string[]): string {
  const place = (name: string): number[] => [nodes.findIndex((n) => n.name === name), 0, 0];
  return JSON.stringify({
    nodes: nodes.map(({ name, op, attrs, inputs }) => ({
      op: op ?? "null",
      name,
      ...(attrs && { attrs }),
      inputs: (inputs ?? []).map(place),
    })),
    arg_nodes: nodes.flatMap(({ op }, i) => (op === undefined ? [i] : [])),
    heads: heads.map(place),
  });
}

/** Writes a model as `PREFIX-symbol.json` and `PREFIX-0000.params`; without weights the first alone. */
export function writeModel(
  prefix: string,
  [nodes, heads]: readonly [readonly NodeText[], readonly string[]],
  weights?: Readonly<Record<string, Tensor>>,
): void {
  writeFileSync(`${prefix}-symbol.json`, symbolText(nodes, heads));
  if (weights === undefined) return;
  const names = Object.keys(weights).map((name) => `arg:${name}`);
  const bytes = writeNDArrays({ names, tensors: Object.values(weights) });
  writeFileSync(`${prefix}-0000.params`, bytes);
}
