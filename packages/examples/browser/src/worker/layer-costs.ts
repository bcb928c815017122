/** The layers of a network that multiply, from the engine's description. */
import type { GraphDescription } from "@libpredict/wasm";
import type { LayerCost } from "../protocol.js";

/** In the order of execution. */
export function layerCosts({ nodes }: GraphDescription): readonly LayerCost[] {
  return nodes
    .filter(({ multiplyAdds }) => multiplyAdds > 0)
    .map(({ name, op, outputs, multiplyAdds, parameters }) => ({
      name,
      operator: op,
      shape: outputs[0]?.shape ?? [],
      multiplyAdds,
      parameters,
    }));
}
