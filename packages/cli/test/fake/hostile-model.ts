/** A model whose names try to become HTML, attributes, script and style. */
import { writeModel } from "./model-writer.js";

/** The names, in the order of the graph; the first is the input, [2, 3]. */
export const hostileNames = [
  "</script><script>window.hacked=1</script>",
  `"><img src=x onerror="window.hacked=1">`,
  "' onmouseover='window.hacked=1",
  "</title></style><script>window.hacked=1</script><!--",
  "{{constructor.constructor('window.hacked=1')()}}\u2028\u0001",
] as const;

/** Writes the model. */
export function writeHostileModel(prefix: string): void {
  const [a, b, c, d, e] = hostileNames;
  const nodes = [
    { name: a, attrs: { __shape__: "(2, 3)" } },
    { name: b, op: "Activation", attrs: { act_type: "relu", [`__${d}__`]: c }, inputs: [a] },
    { name: c, op: "square", inputs: [b] },
    { name: d, op: "elemwise_add", inputs: [b, c] },
    { name: e, op: "square", inputs: [d] },
  ];
  writeModel(prefix, [nodes, [e]], {});
}
