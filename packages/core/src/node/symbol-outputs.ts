/**
 * Names of a graph's outputs, read from its text: for a library that cannot tell them.
 * A node's one output is `node_output`; of a node that the heads take several outputs of,
 * `node_output0`, `node_output1`. Operators with names of their own for outputs are not known here.
 */
import { PredictError } from "../predict-error.js";

interface SymbolText {
  readonly nodes?: readonly { readonly op?: string; readonly name?: string }[];
  readonly heads?: readonly (readonly number[])[];
}

/** @throws {@link PredictError} `symbol`: the text is not a graph */
export function symbolOutputNames(text: string): string[] {
  let symbol: SymbolText | null;
  try {
    symbol = JSON.parse(text) as SymbolText | null;
  } catch (cause) {
    throw new PredictError("symbol", "the symbol is not JSON", { cause });
  }
  const { nodes, heads } = symbol ?? {};
  if (!Array.isArray(nodes) || !Array.isArray(heads))
    throw new PredictError("symbol", "the symbol has no nodes or no heads");
  const several = new Set(heads.filter(([, index = 0]) => index > 0).map(([node]) => node));
  return heads.map(([id = -1, index = 0]) => {
    const node = nodes[id] as { op?: string; name?: string } | undefined;
    if (!node) throw new PredictError("symbol", `a head names node ${id}, which does not exist`);
    if (node.op === "null") return String(node.name);
    return `${node.name}_output${several.has(id) ? index : ""}`;
  });
}
