/** Multiply-adds of every layer: a picture of all of them, and a table with bars. */
import type { LayerCost } from "../protocol.js";
import { countText } from "./number-text.js";
import { made, part } from "./part.js";

const svg = "http://www.w3.org/2000/svg";
const chartHeight = 80;
/** Up to here the table is open at first. */
const fewLayers = 12;

/** Shows the layers of a model. */
export function showLayers(layers: readonly LayerCost[]): void {
  const most = Math.max(1, ...layers.map(({ multiplyAdds }) => multiplyAdds));
  part("layers-summary").textContent = summary(layers);
  part("layers-chart").replaceChildren(chart(layers, most));
  part("layers-rows").replaceChildren(...layers.map((layer) => row(layer, most)));
  part<HTMLDetailsElement>("layers-table").open = layers.length <= fewLayers;
}

function summary(layers: readonly LayerCost[]): string {
  const all = layers.reduce((sum, { multiplyAdds }) => sum + multiplyAdds, 0);
  if (all === 0) return "No layer of this network multiplies.";
  const largest = layers.reduce((a, b) => (b.multiplyAdds > a.multiplyAdds ? b : a));
  const share = Math.round((100 * largest.multiplyAdds) / all);
  const count = `${layers.length} ${layers.length === 1 ? "layer" : "layers"}`;
  return `${countText(all)} multiply-adds in ${count}; ${largest.name} has ${share} % of them.`;
}

/** Bars from left to right, in the order of execution. The table has the same for those who do not see it. */
function chart(layers: readonly LayerCost[], most: number): SVGElement {
  const root = document.createElementNS(svg, "svg");
  const step = 100 / Math.max(1, layers.length);
  root.setAttribute("viewBox", `0 0 100 ${chartHeight}`);
  root.setAttribute("preserveAspectRatio", "none");
  root.setAttribute("aria-hidden", "true");
  for (const [i, { name, operator, multiplyAdds }] of layers.entries()) {
    const height = Math.max(0.8, (chartHeight * multiplyAdds) / most);
    const bar = document.createElementNS(svg, "rect");
    bar.setAttribute("x", String(i * step + 0.08 * step));
    bar.setAttribute("y", String(chartHeight - height));
    bar.setAttribute("width", String(0.84 * step));
    bar.setAttribute("height", String(height));
    bar.classList.add(kindOf(operator));
    const title = document.createElementNS(svg, "title");
    title.textContent = `${name}: ${countText(multiplyAdds)}`;
    bar.append(title);
    root.append(bar);
  }
  return root;
}

function row(
  { name, operator, shape, multiplyAdds, parameters }: LayerCost,
  most: number,
): Element {
  const line = made("tr");
  const head = made("th", "", name);
  head.scope = "row";
  head.append(made("small", "", `${operator} · ${shape.slice(1).join("×")}`));
  const cost = made("td");
  const bar = made("span", `layer-bar ${kindOf(operator)}`);
  bar.style.width = `${(100 * multiplyAdds) / most}%`;
  cost.append(made("span", "layer-count", countText(multiplyAdds)), bar);
  line.append(head, cost, made("td", "number", countText(parameters)));
  return line;
}

function kindOf(operator: string): string {
  if (operator.includes("onvolution")) return "kind-convolution";
  return operator === "FullyConnected" ? "kind-dense" : "kind-other";
}
