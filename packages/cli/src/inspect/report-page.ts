/**
 * Writes a report as one HTML page that needs nothing else: no network, no other file. A content
 * security policy lets only the page's own script run, whatever the model's names contain.
 */
import { createHash } from "node:crypto";
import type { GraphNode } from "@libpredict/core";
import {
  formatBytes,
  formatDuration,
  formatPercent,
  formatRoundCount,
  formatShape,
} from "../quantities.js";

import { type DrawnNode, drawGraph } from "./graph-drawing.js";
import { Html, html, scriptJson } from "./html-text.js";
import { layerKind } from "./layer-kind.js";
import { layerSettings } from "./layer-settings.js";
import { isInput, type ModelReport } from "./model-report.js";
import { endList, legend, pageHead, pageTitle, tile } from "./page-parts.js";
import { pageStyle } from "./report-page-style.js";

/** A node as the page's script gets it. */
export interface PageNode {
  readonly name: string;
  /** Empty for an input. */
  readonly op: string;
  readonly settings: string;
  readonly attrs: Readonly<Record<string, string>>;
  readonly inputs: readonly number[];
  readonly outputs: readonly {
    readonly name: string;
    readonly dtype: string;
    readonly shape: readonly number[];
  }[];
  readonly parameters: number;
  readonly multiplyAdds: number;
}

/** What the page's script reads from the element `model`. */
export interface PageData {
  readonly nodes: readonly PageNode[];
  readonly parameters: number;
  readonly multiplyAdds: number;
}

/**
 * The page of a report.
 *
 * @param report - totals and layers
 * @param described - the graph it was made from
 * @param script - the page's script: `page-script.js` as it was compiled
 */
export function reportPage(
  report: ModelReport,
  described: readonly GraphNode[],
  script: string,
): string {
  const { nodes, drawn } = shownNodes(described, report);
  const drawing = drawGraph(drawn);
  const data: PageData = {
    nodes,
    parameters: report.parameters,
    multiplyAdds: report.multiplyAdds,
  };
  const hash = createHash("sha256").update(script, "utf8").digest("base64");
  const title = pageTitle(report.model);
  const layers = nodes.flatMap((node, i) => (node.op === "" ? [] : [{ node, i }]));
  return html`${pageHead(title, "libpredict inspect", `script-src 'sha256-${hash}'`, pageStyle)}
<body>
<header>
<h1>${title}</h1>
${endList(report)}
</header>
<main>
<section aria-label="Totals" class="tiles">
${tiles(report)}
</section>
<section aria-labelledby="shares-title">
<h2 id="shares-title">Where it goes</h2>
${shareBar("Parameters", "parameters", layers, report.parameters)}
${shareBar("Multiply-adds", "multiplyAdds", layers, report.multiplyAdds)}
${legend(nodes.flatMap((node) => (node.op === "" ? [] : [node.op])))}
</section>
<section aria-labelledby="graph-title">
<h2 id="graph-title">Graph</h2>
<div class="tools">
<label class="search"><span class="unseen">Search layers</span><input id="search" type="search" placeholder="Search name, operator, setting" autocomplete="off" spellcheck="false" enterkeyhint="search"></label>
<output id="found" for="search" aria-live="polite"></output>
<span class="zoom" role="group" aria-label="Zoom"><button type="button" id="zoom-out" aria-label="Smaller">−</button><button type="button" id="zoom-in" aria-label="Larger">+</button><button type="button" id="zoom-width" aria-label="Readable size">1:1</button><button type="button" id="zoom-fit" aria-label="Show the whole graph">Fit</button></span>
</div>
<div class="stage">
<div id="viewport" tabindex="-1">${drawing.svg}</div>
<aside id="details" aria-live="polite" aria-label="Selected layer" hidden></aside>
</div>
<p class="hint">Drag or scroll to move; Ctrl and wheel, or two fingers, to zoom. <kbd>/</kbd> searches, <kbd>Enter</kbd> goes to the next hit; in the graph, arrow keys follow the edges, <kbd>+</kbd> <kbd>−</kbd> <kbd>0</kbd> zoom, <kbd>Esc</kbd> closes.</p>
</section>
<section aria-labelledby="layers-title">
<h2 id="layers-title">Layers</h2>
<div class="scroll" tabindex="0" role="region" aria-labelledby="layers-title"><table id="layers">
<thead><tr>${["Name", "Operator", "Output", "Parameters", "Multiply-adds"].map(
    (title, i) =>
      html`<th scope="col"${new Html(i > 2 ? ' class="number"' : "")}><button type="button" data-column="${i}">${title}</button></th>`,
  )}</tr></thead>
<tbody>
${layers.map(({ node, i }) => layerRow(node, i))}
</tbody>
</table></div>
</section>
</main>
<footer>Made by <code>libpredict inspect --html</code>. Temporary memory is everything besides one copy of the weights.</footer>
<script type="application/json" id="model">${scriptJson(data)}</script>
<script type="module">${new Html(script)}</script>
</body>
</html>
`.text;
}

function shownNodes(
  described: readonly GraphNode[],
  report: ModelReport,
): { nodes: PageNode[]; drawn: DrawnNode[] } {
  const results = new Set(report.outputs.map((output) => output.name));
  const place = new Map<number, number>();
  const nodes: PageNode[] = [];
  const drawn: DrawnNode[] = [];
  described.forEach((node, i) => {
    const isVariable = node.op === "null";
    if (isVariable && !isInput(node)) return;
    const inputs = [...new Set(node.inputs.flatMap(([from]) => place.get(from) ?? []))];
    place.set(i, nodes.length);
    const { name, attrs, outputs, parameters, multiplyAdds } = node;
    const op = isVariable ? "" : node.op;
    const settings = layerSettings(node.op, attrs);
    nodes.push({ name, op, settings, attrs, inputs, outputs, parameters, multiplyAdds });
    drawn.push({
      name,
      ...(isVariable ? {} : { op }),
      settings,
      inputs,
      outputs,
      result: outputs.some((output) => results.has(output.name)),
    });
  });
  return { nodes, drawn };
}

function tiles(report: ModelReport): Html[] {
  const { memory, time } = report;
  const random = report.weights === "random";
  return [
    tile(
      "Weights",
      formatBytes(memory.weights),
      random
        ? "random: the model has no file of parameters"
        : `${formatRoundCount(report.parameters)} parameters${report.missing.length > 0 ? `; the file lacks ${report.missing.length} arrays` : ""}`,
    ),
    tile(
      "Temporary memory",
      formatBytes(memory.temporary),
      `activations ${formatBytes(memory.activations)}, packed ${formatBytes(memory.packed)}, scratch ${formatBytes(memory.scratch)}, plan ${formatBytes(memory.plan)}`,
    ),
    tile(
      "Multiply-adds",
      formatRoundCount(report.multiplyAdds),
      `in ${report.layers.length} layers`,
    ),
    time
      ? tile(
          "Time",
          formatDuration(time.median),
          `median of ${time.runs}, ${time.threads === 1 ? "one thread" : `${time.threads} threads`}, on the machine that made this page`,
        )
      : tile("Time", "–", "not measured"),
  ];
}

function shareBar(
  title: string,
  key: "parameters" | "multiplyAdds",
  layers: readonly { readonly node: PageNode; readonly i: number }[],
  total: number,
): Html {
  if (total === 0)
    return html`<div class="share"><h3>${title} <span class="quiet">none</span></h3></div>`;
  let left = 0;
  const segments = layers.flatMap(({ node, i }) => {
    const width = (100 * node[key]) / total;
    const x = left;
    left += width;
    if (node[key] === 0) return [];
    return [
      html`<rect class="kind-${layerKind(node.op)}${width > 1 ? " wide" : ""}" data-node="${i}" x="${x.toFixed(3)}" y="0" width="${width.toFixed(3)}" height="10"><title>${node.name}: ${formatRoundCount(node[key])}, ${formatPercent(node[key] / total)}</title></rect>`,
    ];
  });
  const largest = [...layers]
    .filter(({ node }) => node[key] > 0)
    .sort((a, b) => b.node[key] - a.node[key])
    .slice(0, 5);
  return html`<div class="share"><h3>${title} <span class="quiet">${formatRoundCount(total)}, by layer in the order of the graph</span></h3>
<svg class="bar" viewBox="0 0 100 10" preserveAspectRatio="none" role="img" aria-label="${title} by layer">${segments}</svg>
<ol class="largest">${largest.map(
    ({ node, i }) =>
      html`<li><button type="button" class="link" data-node="${i}">${node.name}</button> <span class="quiet">${formatRoundCount(node[key])} · ${formatPercent(node[key] / total)}</span></li>`,
  )}</ol></div>`;
}

function layerRow(node: PageNode, i: number): Html {
  const shapes = node.outputs.map((output) => formatShape(output.shape)).join(", ");
  const settings = node.settings === "" ? "" : ` ${node.settings}`;
  return html`<tr data-node="${i}"><td><button type="button" class="link" data-node="${i}">${node.name}</button></td><td>${node.op}<span class="quiet">${settings}</span></td><td>${shapes}</td><td class="number">${node.parameters.toLocaleString("en-US")}</td><td class="number">${node.multiplyAdds.toLocaleString("en-US")}</td></tr>
`;
}
