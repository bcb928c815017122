/** Sorts operators into the few kinds that a drawing tells apart by colour. */

/** Kinds of operators, in the order in which legends list them. */
export const layerKinds = [
  "convolution",
  "dense",
  "recurrent",
  "normalisation",
  "activation",
  "pooling",
  "arithmetic",
  "shape",
  "other",
] as const;

/** One of {@link layerKinds}. */
export type LayerKind = (typeof layerKinds)[number];

const rules: readonly (readonly [RegExp, LayerKind])[] = [
  [/norm|^lrn$/i, "normalisation"],
  [/convolution/i, "convolution"],
  [/^(fullyconnected|.*dot|_linalg_gemm.*|embedding|correlation|.*matmul.*)$/i, "dense"],
  [/^rnn$|_foreach|_while_loop/i, "recurrent"],
  [/pool/i, "pooling"],
  [
    /^(activation|.*relu|.*sigmoid|tanh|.*softmax.*|softmin|softsign|.*gelu|erf|clip)$|act/i,
    "activation",
  ],
  [
    /reshape|flatten|transpose|swapaxis|concat|slice|crop|split|expand_dims|squeeze|stack|tile|repeat|pad|upsampling|take|gather|pick|^where$|broadcast_(to|like|axis|axes)|flip|reverse|depth_to_space|space_to_depth|cast|^to_(layout|dtype)$/i,
    "shape",
  ],
  [
    /plus|minus|add|sub|mul|div|mod|power|maximum|minimum|sum|mean|max|min|exp|log|sqrt|square|abs|scalar|equal|greater|lesser/i,
    "arithmetic",
  ],
];

/** The kind of an operator; `other` where no rule knows it. */
export function layerKind(op: string): LayerKind {
  return rules.find(([pattern]) => pattern.test(op))?.[1] ?? "other";
}
