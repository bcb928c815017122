// What the conformance cases show of each operator: how many there are, and how to make a node of it
// that works, with any element type in the place of the case's own.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { DTYPES } from "./operator-table.mjs";

/** Cases of one operator that are tried with each type. */
const MOST_TRIED = 8;

/**
 * @typedef {{ op: string, name?: string, attrs?: Record<string, string>, inputs: string[] }} CaseNode
 * @typedef {{ nodes: { op: string, subgraphs?: Graph[] }[] }} Graph
 * @typedef {{ name: string, shape: number[], dtype?: string }} CaseTensor
 * @typedef {{ nodes?: CaseNode[], symbol?: Graph }} Model
 * @typedef {Model & { inputs?: CaseTensor[], params?: CaseTensor[], fails?: unknown, models?: Record<string, Model> }} Case
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
    const names = [item, ...Object.values(item.models ?? {})].flatMap((model) => [
      ...(model.nodes ?? []).map(({ op }) => op),
      ...(model.symbol === undefined ? [] : operatorsOf(model.symbol)),
    ]);
    const ids = new Set(names.map((name) => idOfName.get(name)));
    for (const id of ids) if (id !== undefined) counts.set(id, (counts.get(id) ?? 0) + 1);
  }
  return counts;
}

/** Names of a graph's operators, those in subgraphs too. @param {Graph} graph @returns {string[]} */
function operatorsOf({ nodes }) {
  return nodes.flatMap(({ op, subgraphs = [] }) => [op, ...subgraphs.flatMap(operatorsOf)]);
}

/**
 * Nodes to try, those of each operator and type together. The type is that of the first input and
 * of all inputs that have the same one in the case, or of the first alone; of an operator without
 * inputs, that of its attribute `dtype`, by name or by number. Operators with subgraphs are tried
 * in the whole graph of their case.
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
    const tensors = tensorsOf(item);
    const made = new Set(item.nodes.map(({ name }) => name ?? "node"));
    for (const node of item.nodes) {
      const id = idOfName.get(node.op);
      const first = node.inputs[0];
      const alone = node.inputs.every((name) => !made.has(name.replace(/:\d+$/, "")));
      if (id === undefined || !alone || (first !== undefined && !tensors.has(first))) continue;
      samples.set(id, [...(samples.get(id) ?? []), { node, tensors }]);
    }
  }
  const alone = [...samples].flatMap(([id, all]) =>
    DTYPES.flatMap((dtype) => {
      const own = all.filter(
        ({ node, tensors }) => (tensors.get(node.inputs[0] ?? "")?.dtype ?? "float32") === dtype,
      );
      return [...spread(own), ...spread(all)].flatMap(({ node, tensors }) =>
        [true, false].map((together) => probe(id, dtype, node, tensors, together)),
      );
    }),
  );
  return [...alone, ...subgraphProbes(cases, idOfName)];
}

/** Some of many, far apart: neighbours are alike. @template T @param {T[]} all */
function spread(all) {
  const count = Math.min(all.length, MOST_TRIED);
  return Array.from({ length: count }, (_, i) => all[Math.floor((i * all.length) / count)]).filter(
    (one) => one !== undefined,
  );
}

/** @param {Case} item @returns {Map<string, CaseTensor>} By name. */
function tensorsOf({ inputs = [], params = [] }) {
  return new Map([...inputs, ...params].map((t) => [t.name.replace(/^(arg|aux):/, ""), t]));
}

/** @param {Case[]} cases @param {ReadonlyMap<string, string>} idOfName */
function subgraphProbes(cases, idOfName) {
  /** @type {Map<string, Case[]>} */
  const whole = new Map();
  for (const item of cases) {
    if (item.fails !== undefined) continue;
    const nodes = (item.symbol?.nodes ?? []).filter(({ subgraphs }) => subgraphs !== undefined);
    for (const id of new Set(nodes.map(({ op }) => idOfName.get(op) ?? "")))
      whole.set(id, [...(whole.get(id) ?? []), item]);
  }
  whole.delete("");
  return [...whole].flatMap(([id, items]) =>
    DTYPES.flatMap((dtype) =>
      spread(items).map((item) => ({
        id,
        dtype,
        symbol: JSON.stringify(item.symbol),
        inputs: [...tensorsOf(item)].map(([name, { shape, dtype: own = "float32" }]) => ({
          name,
          shape,
          dtype: own === "float32" ? dtype : own,
        })),
      })),
    ),
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
      {
        op: node.op,
        name: "node",
        attrs,
        inputs: node.inputs.map((n) => [names.indexOf(n), 0, 0]),
      },
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
