/**
 * The comparison as a picture: one row for each network, one dot for each runtime, to the right of the
 * line where it is slower than libpredict. It has no background, and its ink follows the reader's scheme.
 */

import type { BenchResults } from "./bench-results.js";
import { makeRows, overOurs, threadsWord } from "./network-table.js";
import { oursName } from "./peers/peer-list.js";

/** Colours of Okabe and Ito, which colour-blind people can tell apart and which stand on white and on black. */
const colors = ["#e69f00", "#56b4e9", "#009e73", "#d55e00", "#0072b2", "#cc79a7", "#8c8c8c"];
const size = { width: 860, label: 190, row: 22, top: 64, gap: 44, right: 24 };
const ticks = [0.25, 0.5, 0.75, 1, 1.5, 2, 3, 4];
/** Of a legend's text, about. */
const pixelsPerCharacter = 7;

export function drawChart(results: BenchResults): string {
  const peers = results.runtimes.filter(({ name }) => name !== oursName);
  const panels = results.threads.map((threads) => {
    const rows = makeRows(results, threads).map(({ title, cells }) => ({
      title,
      dots: peers.flatMap(({ name }, i) => {
        const ratio = overOurs(cells.get(name), cells.get(oursName));
        return ratio === undefined ? [] : [{ name, ratio, color: colors[i % colors.length] }];
      }),
    }));
    return { threads, rows };
  });
  const ratios = panels.flatMap(({ rows }) => rows.flatMap(({ dots }) => dots.map((d) => d.ratio)));
  const shown = ticks.filter(
    (tick) => tick >= Math.min(0.75, ...ratios) / 1.5 && tick <= Math.max(1.5, ...ratios) * 1.5,
  );
  const [low = 0.5, high = 2] = [shown[0], shown.at(-1)];
  const x = (ratio: number): number => {
    const inside = Math.min(high, Math.max(low, ratio));
    const share = Math.log(inside / low) / Math.log(high / low);
    return round(size.label + share * (size.width - size.label - size.right));
  };
  const parts: string[] = [];
  let at = size.label;
  for (const [i, { name }] of peers.entries()) {
    parts.push(
      `<circle cx="${at + 5}" cy="20" r="5" fill="${colors[i % colors.length]}"/>`,
      `<text x="${at + 14}" y="24">${name}</text>`,
    );
    at += 14 + name.length * pixelsPerCharacter + 16;
  }
  let y = size.top;
  for (const { threads, rows } of panels) {
    const bottom = y + rows.length * size.row;
    parts.push(`<text class="head" x="0" y="${y - 8}">${threadsWord(threads)}</text>`);
    for (const tick of shown) {
      const kind = tick === 1 ? "ours" : "grid";
      parts.push(
        `<line class="${kind}" x1="${x(tick)}" x2="${x(tick)}" y1="${y}" y2="${bottom}"/>`,
      );
      const text = tick === 1 ? oursName : `${tick}×`;
      parts.push(`<text class="tick" x="${x(tick)}" y="${y - 8}">${text}</text>`);
    }
    rows.forEach(({ title, dots }, i) => {
      const middle = y + (i + 0.5) * size.row;
      parts.push(`<text x="0" y="${middle + 4}">${title}</text>`);
      for (const { name, ratio, color } of dots) {
        const tip = `<title>${name}: ${ratio.toFixed(2)}×</title>`;
        const [cx, side] = [x(ratio), ratio > high ? 1 : ratio < low ? -1 : 0];
        const paint = `fill="${color}" fill-opacity="0.85"`;
        // What lies beyond the edge is an arrow there.
        parts.push(
          side === 0
            ? `<circle cx="${cx}" cy="${middle}" r="5" ${paint}>${tip}</circle>`
            : `<path d="M${cx} ${middle - 5}l${7 * side} 5l${-7 * side} 5z" ${paint}>${tip}</path>`,
        );
      }
    });
    y = bottom + size.gap;
  }
  const height = y - size.gap + 8;
  const label = `Time of one forward over libpredict's, by network and runtime`;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size.width} ${height}" role="img" aria-label="${label}">
<style>
text { font: 12px system-ui, sans-serif; fill: #24292f; }
.head { font-weight: 600; }
.tick { text-anchor: middle; font-size: 11px; }
line { stroke-width: 1; }
.grid { stroke: #8c959f; stroke-opacity: 0.35; }
.ours { stroke: #24292f; stroke-width: 2; }
@media (prefers-color-scheme: dark) { text { fill: #e6edf3; } .ours { stroke: #e6edf3; } }
</style>
${parts.join("\n")}
</svg>
`;
}

const round = (value: number): number => Math.round(value * 10) / 10;
