/**
 * Builds symbol JSON from the model of a case (README.md, "Symbols").
 * reference/case_symbols.py does the same.
 */

import type { ModelSpec } from "./case-format.js";

interface Age {
  readonly attributeKey: "param" | "attr" | "attrs";
  readonly elements: 2 | 3;
  readonly version: number | undefined;
}

const ages: Readonly<Record<NonNullable<ModelSpec["age"]>, Age>> = {
  "0.8": { attributeKey: "param", elements: 2, version: undefined },
  "0.9": { attributeKey: "attr", elements: 3, version: 905 },
  "1.0": { attributeKey: "attrs", elements: 3, version: 10000 },
  "1.9": { attributeKey: "attrs", elements: 3, version: 10901 },
};

type Attributes = Readonly<Record<string, string>>;

/** The symbol JSON text of a model. */
export function buildSymbol(model: ModelSpec): string {
  if (model.symbolText !== undefined) {
    return model.symbolText;
  }
  if (model.symbol !== undefined) {
    return JSON.stringify(model.symbol);
  }
  const age = ages[model.age ?? "1.9"];
  const version = model.version ?? age.version;
  const nodes: Record<string, unknown>[] = [];
  const index = new Map<string, number>();

  const add = (
    name: string,
    op: string,
    attrs: Attributes,
    user: Attributes,
    inputs: number[][],
  ): void => {
    const node: Record<string, unknown> = { op, name };
    if (age.attributeKey === "param") {
      node["param"] = attrs;
      if (Object.keys(user).length > 0) {
        node["attr"] = user;
      }
    } else if (Object.keys(attrs).length + Object.keys(user).length > 0) {
      node[age.attributeKey] = { ...attrs, ...user };
    }
    node["inputs"] = inputs;
    if (age.attributeKey === "param") {
      node["backward_source_id"] = -1;
    }
    index.set(name, nodes.length);
    nodes.push(node);
  };

  const entry = (text: string): number[] => {
    const [name, output] = splitEntry(text);
    const node = index.get(name);
    if (node === undefined) {
      throw new Error(`no node is called ${name}`);
    }
    return [node, output, 0].slice(0, age.elements);
  };

  const specs = model.nodes ?? [];
  for (const spec of specs) {
    for (const text of spec.inputs) {
      const [name] = splitEntry(text);
      if (!index.has(name)) {
        add(name, "null", {}, model.variables?.[name] ?? {}, []);
      }
    }
    add(spec.name ?? "node", spec.op, spec.attrs ?? {}, spec.user ?? {}, spec.inputs.map(entry));
  }
  const heads = model.heads ?? [specs.at(-1)?.name ?? "node"];
  return JSON.stringify({
    nodes,
    arg_nodes: nodes.flatMap((node, i) => (node["op"] === "null" ? [i] : [])),
    heads: heads.map(entry),
    ...(version === undefined ? {} : { attrs: { mxnet_version: ["int", version] } }),
  });
}

/** "name:2" is output 2 of a node; without a colon it is output 0. */
function splitEntry(text: string): [name: string, output: number] {
  const colon = text.indexOf(":");
  return colon < 0 ? [text, 0] : [text.slice(0, colon), Number(text.slice(colon + 1))];
}
