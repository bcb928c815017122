/**
 * Writes a profile as one HTML page that needs nothing else: no network, no other file, no script.
 * A content security policy lets no script run, whatever the model's names contain.
 */
import type { NodeProfile } from "@libpredict/core";
import { Html, html } from "../inspect/html-text.js";
import { layerKind } from "../inspect/layer-kind.js";
import { endList, legend, pageHead, pageTitle, tile } from "../inspect/page-parts.js";
import {
  formatBytes,
  formatDuration,
  formatGflops,
  formatPercent,
  formatRoundCount,
} from "../quantities.js";
import { profilePageStyle } from "./profile-page-style.js";
import { type GroupReport, type ProfileReport, sortNodes } from "./profile-report.js";
import { type TimeScale, timeScale } from "./time-scale.js";

const slowestShown = 5;

/** The page of a profile. */
export function profilePage(report: ProfileReport): string {
  const { nodes } = report;
  const scale = timeScale(report.meanMs);
  const title = pageTitle(report.model);
  return html`${pageHead(`Profile of ${title}`, "libpredict profile", "script-src 'none'", profilePageStyle)}
<body>
<header>
<h1>${title} <span class="quiet">where the time goes</span></h1>
${endList(report)}
</header>
<main>
<section aria-label="Totals" class="tiles">
${tiles(report)}
</section>
<section aria-labelledby="run-title">
<h2 id="run-title">One run</h2>
${timeline(report)}
${legend(nodes.map((node) => node.op))}
</section>
<section aria-labelledby="chart-title">
<h2 id="chart-title">Time of every node</h2>
${chart(nodes)}
</section>
<div class="sums">
${groupSection("operators", "By operator", "Operator", report.operators, scale)}
${groupSection("algorithms", "By algorithm", "Algorithm", report.algorithms, scale)}
</div>
<section aria-labelledby="nodes-title">
<h2 id="nodes-title">Nodes</h2>
${table(
  "nodes",
  [
    "Node",
    "Operator",
    "Algorithm",
    `Mean ${scale.unit}`,
    `Least ${scale.unit}`,
    "Share",
    "GFLOPS",
    "Multiply-adds",
    "Moved",
  ],
  3,
  nodes.map((node) => [
    node.name,
    node.op,
    node.algorithm,
    scale.text(node.meanMs),
    scale.text(node.leastMs),
    formatPercent(node.share),
    formatGflops(node.gflops),
    node.multiplyAdds === 0 ? "" : formatRoundCount(node.multiplyAdds),
    formatBytes(node.bytes),
  ]),
)}
</section>
</main>
<footer>Made by <code>libpredict profile --html</code>. Nodes are shown as the engine runs them, fused, each under the name of the last layer in it. Two operations are counted for each multiply-add; what moves are inputs, weights and outputs.</footer>
</body>
</html>
`.text;
}

function tiles(report: ProfileReport): Html[] {
  const { runs, threads, nodes, meanMs, multiplyAdds, gflops, bytes } = report;
  const random = report.weights === "random" ? "; weights are random" : "";
  return [
    tile(
      "Time",
      formatDuration(meanMs),
      `sum of ${nodes.length} nodes, mean of ${runs} ${runs === 1 ? "run" : "runs"}, ${threads === 1 ? "one thread" : `${threads} threads`}, on the machine that made this page${random}`,
    ),
    tile(
      "GFLOPS",
      formatGflops(gflops) || "–",
      multiplyAdds === 0
        ? "no multiply-adds"
        : `${formatRoundCount(multiplyAdds)} multiply-adds, two operations each`,
    ),
    tile("Moved", formatBytes(bytes), "inputs, weights and outputs of the nodes"),
  ];
}

/** All nodes behind each other, each as wide as its part of the time. */
function timeline({ nodes }: ProfileReport): Html {
  let left = 0;
  const segments = nodes.map((node) => {
    const width = 100 * node.share;
    const x = left;
    left += width;
    return html`<rect class="kind-${layerKind(node.op)}${width > 1 ? " wide" : ""}" x="${x.toFixed(3)}" y="0" width="${width.toFixed(3)}" height="10"><title>${node.name}: ${formatDuration(node.meanMs)}, ${formatPercent(node.share)}</title></rect>`;
  });
  return html`<div class="share"><svg class="bar" viewBox="0 0 100 10" preserveAspectRatio="none" role="img" aria-label="the time of a run, by node, in the order in which they run; the numbers stand in the table below">${segments}</svg>
<ol class="largest" aria-label="Slowest nodes">${sortNodes(nodes, "time")
    .slice(0, slowestShown)
    .map(
      (node) =>
        html`<li>${node.name} <span class="quiet">${formatDuration(node.meanMs)} · ${formatPercent(node.share)}</span></li>`,
    )}</ol></div>`;
}

/** A bar for each node; the longest is that of the slowest. */
function chart(nodes: readonly NodeProfile[]): Html {
  const most = Math.max(...nodes.map((node) => node.meanMs));
  return html`<ol class="chart">
${nodes.map(
  (node) =>
    html`<li><span class="name" title="${node.name}: ${node.op}, ${node.algorithm}">${node.name}</span><span class="track" aria-hidden="true"><span class="fill kind-${layerKind(node.op)}" style="width:${((100 * node.meanMs) / most).toFixed(2)}%"></span></span><span class="number">${formatDuration(node.meanMs)} <span class="quiet">${formatPercent(node.share)}</span></span></li>
`,
)}</ol>`;
}

function groupSection(
  id: string,
  title: string,
  heading: string,
  groups: readonly GroupReport[],
  scale: TimeScale,
): Html {
  return html`<section aria-labelledby="${id}-title">
<h2 id="${id}-title">${title}</h2>
${table(
  id,
  [heading, "Nodes", `Mean ${scale.unit}`, "Share", "GFLOPS", "Moved"],
  1,
  groups.map((group) => [
    group.name,
    String(group.nodes),
    scale.text(group.meanMs),
    formatPercent(group.share),
    formatGflops(group.gflops),
    formatBytes(group.bytes),
  ]),
)}
</section>`;
}

/** A table; its columns from `numbers` on hold numbers. */
function table(
  id: string,
  headings: readonly string[],
  numbers: number,
  rows: readonly (readonly string[])[],
): Html {
  const kind = (i: number): Html => new Html(i < numbers ? "" : ' class="number"');
  return html`<div class="scroll" tabindex="0" role="region" aria-labelledby="${id}-title"><table id="${id}">
<thead><tr>${headings.map((heading, i) => html`<th scope="col"${kind(i)}>${heading}</th>`)}</tr></thead>
<tbody>
${rows.map((cells) => html`<tr>${cells.map((cell, i) => html`<td${kind(i)}>${cell}</td>`)}</tr>\n`)}</tbody>
</table></div>`;
}
