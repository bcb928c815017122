/** Draws the graph of a model as SVG. The boxes' classes and `data-node` are what the page's script uses. */
import { formatShape } from "../quantities.js";
import { Html, html } from "./html-text.js";
import { layerKind } from "./layer-kind.js";
import { type LayoutEdge, layOut, type Point } from "./layered-layout.js";
import { shortText } from "./short-text.js";

/** A box of the drawing. */
export interface DrawnNode {
  readonly name: string;
  /** Operator; an input of the model has none. */
  readonly op?: string;
  readonly settings: string;
  /** Nodes that it reads, by position; all earlier. */
  readonly inputs: readonly number[];
  readonly outputs: readonly { readonly shape: readonly number[] }[];
  /** Whether an output of it is one of the model's. */
  readonly result: boolean;
}

/** A drawing and its size in pixels. */
export interface GraphDrawing {
  readonly svg: Html;
  readonly width: number;
  readonly height: number;
}

const nodeHeight = 46;
const titleLength = 30;
const nameLength = 34;

/** Draws nodes from the top down. */
export function drawGraph(nodes: readonly DrawnNode[]): GraphDrawing {
  const edges: LayoutEdge[] = nodes.flatMap((node, to) =>
    [...new Set(node.inputs)].map((from) => ({ from, to })),
  );
  const boxes = nodes.map((node) => ({ width: boxWidth(node), height: nodeHeight }));
  const layout = layOut(boxes, edges);
  const width = Math.ceil(layout.width);
  const height = Math.ceil(layout.height);
  const used = new Set(edges.map((edge) => edge.from));
  const paths = layout.edges.map((points, i) => {
    const { from, to } = edges[i] as LayoutEdge;
    return html`<path class="edge" data-from="${from}" data-to="${to}" d="${curve(points)}"/>`;
  });
  const groups = layout.nodes.map(({ x, y }, i) => {
    const node = nodes[i] as DrawnNode;
    const box = boxes[i] as (typeof boxes)[0];
    const shape = node.outputs.map((output) => formatShape(output.shape)).join(", ");
    const title = titleOf(node);
    const kind = node.op === undefined ? "input" : layerKind(node.op);
    const label = `${node.name}: ${node.op === undefined ? "input" : title}, output ${shape}`;
    const left = round(-box.width / 2);
    const radius = node.op === undefined ? nodeHeight / 2 : 7;
    return html`<g class="node kind-${kind}${node.result ? " result" : ""}" data-node="${i}" transform="translate(${round(x)} ${round(y)})" role="button" tabindex="-1" aria-label="${label}"><rect x="${left}" y="${-nodeHeight / 2}" width="${box.width}" height="${nodeHeight}" rx="${radius}"/>${
      node.op === undefined
        ? new Html("")
        : html`<rect class="stripe" x="${left + 5}" y="${-nodeHeight / 2 + 8}" width="4" height="${nodeHeight - 16}" rx="2"/>`
    }<text class="title" x="${left + 18}" y="-4">${shortText(title, titleLength)}</text><text class="name" x="${left + 18}" y="13">${shortText(node.name, nameLength)}</text>${
      used.has(i)
        ? html`<text class="shape" x="6" y="${nodeHeight / 2 + 14}">${shortText(shape, 24)}</text>`
        : html`<text class="shape end" x="0" y="${nodeHeight / 2 + 16}">${shortText(shape, 40)}</text>`
    }</g>`;
  });
  const svg = html`<svg id="drawing" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="group" aria-label="graph of the model: ${nodes.length} nodes"><defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0.5 8 4 0 7.5z"/></marker></defs><g>${paths}</g><g>${groups}</g></svg>`;
  return { svg, width, height };
}

function titleOf({ op, settings }: DrawnNode): string {
  if (op === undefined) return "input";
  return settings === "" ? op : `${op} ${settings}`;
}

/** Room for the longer of both lines, estimated: the font is the reader's. */
function boxWidth(node: DrawnNode): number {
  const title = Math.min(titleLength, [...titleOf(node)].length) * 7.4;
  const name = Math.min(nameLength, [...node.name].length) * 6.6;
  return Math.round(Math.max(90, Math.max(title, name) + 36));
}

/** A way through points, leaving and arriving vertically. */
function curve(points: readonly Point[]): string {
  const [start, ...rest] = points;
  if (!start) return "";
  let path = `M${round(start.x)} ${round(start.y)}`;
  let last = start;
  for (const point of rest) {
    const middle = (last.y + point.y) / 2;
    path +=
      Math.abs(point.x - last.x) < 0.5
        ? `L${round(point.x)} ${round(point.y)}`
        : `C${round(last.x)} ${round(middle)} ${round(point.x)} ${round(middle)} ${round(point.x)} ${round(point.y)}`;
    last = point;
  }
  return path;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
