/** What a model needs of the engine. */
import { operatorNames } from "../gen/operator-names.js";
import type { ParameterKinds } from "./parameter-kinds.js";
import type { Part } from "./parts.js";

/** Operators as the engine's table names them, activations as `lp_activation_function` does. */
export interface ModelNeeds {
  readonly operators: ReadonlySet<string>;
  readonly activations: ReadonlySet<string>;
  readonly parts: ReadonlySet<Part>;
}

interface SymbolNode {
  readonly op: string;
  readonly attrs?: Readonly<Record<string, string>>;
  readonly attr?: Readonly<Record<string, string>>;
  readonly param?: Readonly<Record<string, string>>;
  readonly subgraphs?: readonly { readonly nodes: readonly SymbolNode[] }[];
}

/** From this version on nothing is upgraded but missing inputs. */
const plainVersion = 905;

/** Operators that work in other types than float32 even where nothing says so. */
const typedOperators: ReadonlySet<string> = new Set([
  "cast",
  "amp_cast",
  "shape_array",
  "size_array",
]);

const leakyActivations: Readonly<Record<string, string>> = {
  elu: "ELU",
  selu: "SELU",
  gelu: "GELU",
};

/**
 * Reads what a graph needs.
 *
 * @param symbol - content of a `*-symbol.json` that the engine has read without an error
 * @param kinds - of its parameters, where there are any
 */
export function modelNeeds(symbol: Uint8Array, kinds?: ParameterKinds): ModelNeeds {
  const graph = JSON.parse(jsonTextOf(symbol)) as {
    readonly nodes: readonly SymbolNode[];
    readonly attrs?: { readonly mxnet_version?: readonly [string, number] };
  };
  const operators = new Set<string>();
  const activations = new Set<string>();
  const parts = new Set<Part>();
  if (Number(graph.attrs?.mxnet_version?.[1] ?? 0) < plainVersion) parts.add("old-files");
  if (kinds?.sparse) parts.add("old-files");
  if (kinds && !kinds.float32) parts.add("dtypes");
  for (const node of allNodes(graph.nodes)) {
    if (node.subgraphs !== undefined) parts.add("subgraphs");
    if (node.op === "null" || isFused(node)) continue;
    const attributes = { ...node.param, ...node.attr, ...node.attrs };
    const id = Object.hasOwn(operatorNames, node.op) ? operatorNames[node.op] : undefined;
    // The engine knows it, so this command is of another version.
    if (id === undefined) throw new Error(`operator ${node.op} is not in this command's list`);
    operators.add(id);
    const activation = activationOf(id, attributes["act_type"]);
    if (activation !== undefined) activations.add(activation);
    if (typedOperators.has(id) || namesOtherType(attributes) || hasEightBits(node)) {
      parts.add("dtypes");
    }
  }
  return { operators, activations, parts };
}

/** The nodes and those of their subgraphs; the engine has limited how deep these lie. */
function allNodes(nodes: readonly SymbolNode[]): readonly SymbolNode[] {
  return nodes.flatMap((node) => [
    node,
    ...(node.subgraphs ?? []).flatMap((subgraph) => allNodes(subgraph.nodes)),
  ]);
}

/** Whether the engine puts the nodes of its subgraph in the node's place. */
function isFused(node: SymbolNode): boolean {
  return node.subgraphs !== undefined && node.op.startsWith("_sg_mkldnn_") && !hasEightBits(node);
}

/** Whether a node works with numbers of 8 bits, as its name or an attribute says. */
function hasEightBits({ op, attrs }: SymbolNode): boolean {
  const quantized = attrs?.["quantized"];
  return /quantize/.test(op) || (quantized !== undefined && !/^(0|false)$/i.test(quantized));
}

/** All that several models need. */
export function joinNeeds(needs: readonly ModelNeeds[]): ModelNeeds {
  return {
    operators: new Set(needs.flatMap(({ operators }) => [...operators])),
    activations: new Set(needs.flatMap(({ activations }) => [...activations])),
    parts: new Set(needs.flatMap(({ parts }) => [...parts])),
  };
}

function activationOf(id: string, type: string | undefined): string | undefined {
  if (id === "Activation") return type?.toUpperCase();
  if (id === "LeakyReLU") return leakyActivations[type ?? "leaky"] ?? "LEAKY";
  return id === "LogisticRegressionOutput" ? "SIGMOID" : undefined;
}

/** A `dtype` other than float32, lengths in integers, `__dtype__` of a variable. */
function namesOtherType(attributes: Readonly<Record<string, string>>): boolean {
  const dtype = attributes["dtype"];
  const length = attributes["use_length"];
  return (
    (dtype !== undefined && !["float32", "None"].includes(dtype)) ||
    (length !== undefined && !["0", "False", "None"].includes(length))
  );
}

/** The document alone: the engine, too, stops behind its last brace. */
function jsonTextOf(symbol: Uint8Array): string {
  const text = new TextDecoder().decode(symbol);
  return text.slice(0, text.lastIndexOf("}") + 1);
}
