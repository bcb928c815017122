// What the conformance cases show of each operator: how many there are, and how to make a node of it
// that works, with any element type in the place of the case's own.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { DTYPES } from "./operator-table.mjs";

/** Cases of one operator that are tried with other types than their own. */
const MOST_TRIED = 8;

/**
 * @typedef {{ op: string, name?: string, attrs?: Record<string, string>, inputs: string[], subgraphs?: unknown }} CaseNode
 * @typedef {{ name: string, shape: number[], dtype?: string }} CaseTensor
 * @typedef {{ nodes?: CaseNode[], inputs?: CaseTensor[], params?: CaseTensor[], fails?: unknown, models?: Record<string, { nodes?: CaseNode[] }> }} Case
 */

/**
 * @param {string} folder Of case files.
 * @returns {Case[]}
 */
export function readCases(folder) {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".json"))
    .sort()
    .flatMap((file) => JSON.parse(readFileSync(join(folder, file), "utf8")));
}

/**
 * How many cases have a node of each operator.
 *
 * @param {Case[]} cases
 * @param {ReadonlyMap<string, string>} idOfName
 * @returns {Map<string, number>} By id.
 */
export function countCases(cases, idOfName) {
  /** @type {Map<string, number>} */
  const counts = new Map();
  for (const item of cases) {
    const models = [item, ...Object.values(item.models ?? {})];
    const ids = models.flatMap(({ nodes }) => nodes ?? []).map(({ op }) => idOfName.get(op));
    for (const id of new Set(ids)) if (id !== undefined) counts.set(id, (counts.get(id) ?? 0) + 1);
  }
  return counts;
}

/**
 * Nodes to try, those of each operator and type together. The type is that of the first input and
 * of all inputs that have the same one in the case, or of the first alone; of an operator without
 * inputs, that of its attribute `dtype`, by name or by number.
 *
 * @param {Case[]} cases
 * @param {ReadonlyMap<string, string>} idOfName
 * @returns {import("./operator-table.mjs").Probe[]}
 */
export function probesOf(cases, idOfName) {
  /** @type {Map<string, { node: CaseNode, tensors: Map<string, CaseTensor> }[]>} */
  const samples = new Map();
  for (const item of cases) {
    if (item.fails !== undefined || item.nodes === undefined) continue;
    const given = [...(item.inputs ?? []), ...(item.params ?? [])];
    const tensors = new Map(given.map((t) => [t.name.replace(/^(arg|aux):/, ""), t]));
    const made = new Set(item.nodes.map(({ name }) => name ?? "node"));
    for (const node of item.nodes) {
      const id = idOfName.get(node.op);
      const first = node.inputs[0];
      const alone = node.inputs.every((name) => !made.has(name.replace(/:\d+$/, "")));
      if (id === undefined || !alone || node.subgraphs !== undefined) continue;
      if (first !== undefined && !tensors.has(first)) continue;
      samples.set(id, [...(samples.get(id) ?? []), { node, tensors }]);
    }
  }
  return [...samples].flatMap(([id, all]) =>
    DTYPES.flatMap((dtype) => {
      const typeOf = (/** @type {(typeof all)[number]} */ { node, tensors }) =>
        tensors.get(node.inputs[0] ?? "")?.dtype ?? "float32";
      const own = all.filter((sample) => typeOf(sample) === dtype);
      const tried = [...own.slice(0, MOST_TRIED), ...all.slice(0, MOST_TRIED)];
      return tried.flatMap(({ node, tensors }) =>
        [true, false].map((together) => probe(id, dtype, node, tensors, together)),
      );
    }),
  );
}

/**
 * @param {string} id
 * @param {string} dtype
 * @param {CaseNode} node
 * @param {Map<string, CaseTensor>} tensors
 * @param {boolean} together All inputs of the first one's type, not the first alone.
 */
function probe(id, dtype, node, tensors, together) {
  const names = [...new Set(node.inputs)];
  const first = tensors.get(names[0] ?? "");
  const stated = together ? dtype : String(DTYPES.indexOf(dtype));
  const attrs = names.length === 0 ? { ...node.attrs, dtype: stated } : (node.attrs ?? {});
  const symbol = JSON.stringify({
    nodes: [
      ...names.map((name) => ({ op: "null", name, inputs: [] })),
      { op: node.op, name: "node", attrs, inputs: node.inputs.map((n) => [names.indexOf(n), 0, 0]) },
    ],
    arg_nodes: names.map((_, i) => i),
    heads: [[names.length, 0, 0]],
    attrs: { mxnet_version: ["int", 10901] },
  });
  const inputs = names.flatMap((name) => {
    const tensor = tensors.get(name);
    if (tensor === undefined) return [];
    const own = tensor.dtype ?? "float32";
    const same = together && own === (first?.dtype ?? "float32");
    return [{ name, shape: tensor.shape, dtype: tensor === first || same ? dtype : own }];
  });
  return { id, dtype, symbol, inputs };
}
