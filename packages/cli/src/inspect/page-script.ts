/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
/**
 * What the page of `inspect --html` does: search, selection, zoom, sorting. Runs in the browser;
 * compiled, it is written into the page, so it imports nothing but types. Names from the model
 * become text only, never HTML.
 */
import type { PageData, PageNode } from "./report-page.js";

const model = JSON.parse(byId("model").textContent ?? "") as PageData;
const viewport = byId("viewport");
const drawing = document.querySelector<SVGSVGElement>("#drawing") as SVGSVGElement;
const details = byId("details");
const search = byId("search") as HTMLInputElement;
const found = byId("found");
const boxes = [...drawing.querySelectorAll<SVGGElement>(".node")];
const edges = [...drawing.querySelectorAll<SVGPathElement>(".edge")];
const size = drawing.viewBox.baseVal;
const readers = model.nodes.map((_, i) =>
  model.nodes.flatMap((node, to) => (node.inputs.includes(i) ? [to] : [])),
);

let scale = 1;
let selected = -1;
let hits: number[] = [];

function byId(id: string): HTMLElement {
  const element = document.getElementById(id);
  if (!element) throw new Error(`the page has no #${id}`);
  return element;
}

// Zoom: the drawing's size; moving is the viewport's own scrolling.

function zoomTo(wanted: number, x = viewport.clientWidth / 2, y = viewport.clientHeight / 2): void {
  const next = Math.min(3, Math.max(0.03, wanted));
  const frame = viewport.getBoundingClientRect();
  const before = drawing.getBoundingClientRect();
  const atX = (x + frame.left - before.left) / before.width;
  const atY = (y + frame.top - before.top) / before.height;
  scale = next;
  // Too small to read: colours alone.
  drawing.classList.toggle("far", scale < 0.3);
  drawing.style.width = `${size.width * scale}px`;
  drawing.style.height = `${size.height * scale}px`;
  const after = drawing.getBoundingClientRect();
  viewport.scrollLeft += after.left + atX * after.width - (x + frame.left);
  viewport.scrollTop += after.top + atY * after.height - (y + frame.top);
}

function fitScale(): number {
  return Math.min(viewport.clientWidth / size.width, viewport.clientHeight / size.height);
}

byId("zoom-in").addEventListener("click", () => zoomTo(scale * 1.3));
byId("zoom-out").addEventListener("click", () => zoomTo(scale / 1.3));
byId("zoom-width").addEventListener("click", () => zoomTo(1));
byId("zoom-fit").addEventListener("click", () => zoomTo(Math.min(1, fitScale())));
viewport.addEventListener(
  "wheel",
  (event) => {
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    const frame = viewport.getBoundingClientRect();
    const step = Math.exp(-event.deltaY * (event.deltaMode === 1 ? 0.05 : 0.004));
    zoomTo(scale * step, event.clientX - frame.left, event.clientY - frame.top);
  },
  { passive: false },
);

// A mouse drags; fingers scroll by themselves, and two of them zoom.

let drag: { x: number; y: number; moved: boolean } | undefined;

viewport.addEventListener("pointerdown", (event) => {
  if (event.pointerType === "mouse") {
    if (event.button === 0) drag = { x: event.clientX, y: event.clientY, moved: false };
  }
});
addEventListener("pointermove", (event) => {
  if (drag && event.pointerType === "mouse") {
    const [dx, dy] = [event.clientX - drag.x, event.clientY - drag.y];
    if (!drag.moved && Math.hypot(dx, dy) < 4) return;
    viewport.classList.add("dragging");
    viewport.scrollLeft -= dx;
    viewport.scrollTop -= dy;
    drag = { x: event.clientX, y: event.clientY, moved: true };
  }
});
addEventListener("pointerup", () => {
  viewport.classList.remove("dragging");
  // The click that follows still has to know.
  setTimeout(() => {
    drag = undefined;
  });
});
viewport.addEventListener(
  "touchmove",
  (event) => {
    const [a, b] = event.touches;
    if (!a || !b) return;
    event.preventDefault();
    const frame = viewport.getBoundingClientRect();
    const distance = Math.hypot(a.clientX - b.clientX, a.clientY - b.clientY);
    if (pinch > 0)
      zoomTo(
        (scale * distance) / pinch,
        (a.clientX + b.clientX) / 2 - frame.left,
        (a.clientY + b.clientY) / 2 - frame.top,
      );
    pinch = distance;
  },
  { passive: false },
);
let pinch = 0;
viewport.addEventListener("touchend", () => {
  pinch = 0;
});

// Selection.

function show(i: number, focus = false): void {
  for (const element of document.querySelectorAll(".selected"))
    element.classList.remove("selected");
  selected = i;
  for (const edge of edges)
    edge.classList.toggle("near", edge.dataset["from"] === `${i}` || edge.dataset["to"] === `${i}`);
  const node = model.nodes[i];
  details.hidden = node === undefined;
  details.parentElement?.classList.toggle("open", node !== undefined);
  if (!node) return;
  for (const element of document.querySelectorAll(`[data-node="${i}"]:not(button)`))
    element.classList.add("selected");
  fillDetails(node, i);
  const box = boxes[i] as SVGGElement;
  rove(i);
  if (focus) box.focus({ preventScroll: true });
  bringIntoView(box);
}

/** Moves the drawing so that a box is in the part that nothing covers. */
function bringIntoView(box: SVGGElement): void {
  const sheet = getComputedStyle(details).position === "fixed" && !details.hidden;
  const edge = sheet ? details.getBoundingClientRect().top : innerHeight;
  const before = viewport.getBoundingClientRect();
  if (Math.min(before.bottom, edge) - Math.max(before.top, 0) < 220)
    viewport.scrollIntoView({ block: sheet ? "start" : "nearest" });
  const frame = viewport.getBoundingClientRect();
  const at = (box.firstElementChild ?? box).getBoundingClientRect();
  const covered = Math.max(0, frame.bottom - edge);
  const room = frame.height - covered;
  if (at.left < frame.left + 20 || at.right > frame.right - 20)
    viewport.scrollLeft += (at.left + at.right) / 2 - (frame.left + frame.width / 2);
  if (at.top < frame.top + 20 || at.bottom > frame.top + room - 40)
    viewport.scrollTop += (at.top + at.bottom) / 2 - (frame.top + room / 2);
}

/** Makes one box the place where Tab enters the graph. */
function rove(i: number): void {
  for (const box of boxes) box.setAttribute("tabindex", "-1");
  boxes[i]?.setAttribute("tabindex", "0");
}

function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  text = "",
  className = "",
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  made.textContent = text;
  if (className) made.className = className;
  return made;
}

function fillDetails(node: PageNode, i: number): void {
  const close = element("button", "×", "close");
  close.type = "button";
  close.setAttribute("aria-label", "Close");
  close.addEventListener("click", () => show(-1));
  details.replaceChildren(close, element("h3", node.name));
  const kind = node.op === "" ? "input of the model" : [node.op, node.settings].join(" ");
  details.append(element("p", kind, "quiet"));
  const amounts: [string, string][] = [];
  if (node.op !== "") {
    amounts.push(["Parameters", amount(node.parameters, model.parameters)]);
    amounts.push(["Multiply-adds", amount(node.multiplyAdds, model.multiplyAdds)]);
  }
  section("Amounts", amounts.length > 0 && pairs(amounts));
  section(
    node.outputs.length === 1 ? "Output" : "Outputs",
    pairs(
      node.outputs.map((o) => [
        o.name,
        `${o.shape.length ? o.shape.join("×") : "scalar"} ${o.dtype}`,
      ]),
    ),
  );
  section("Attributes", Object.keys(node.attrs).length > 0 && pairs(Object.entries(node.attrs)));
  section("Reads", node.inputs.length > 0 && links(node.inputs));
  section("Read by", (readers[i] ?? []).length > 0 && links(readers[i] ?? []));
  details.scrollTop = 0;
}

function section(title: string, content: HTMLElement | false): void {
  if (content) details.append(element("h4", title), content);
}

function pairs(entries: readonly (readonly [string, string])[]): HTMLElement {
  const list = element("dl");
  for (const [key, value] of entries) list.append(element("dt", key), element("dd", value));
  return list;
}

function links(nodes: readonly number[]): HTMLElement {
  const list = element("ul");
  for (const i of nodes) {
    const item = element("li");
    const button = element("button", model.nodes[i]?.name, "link");
    button.type = "button";
    button.addEventListener("click", () => show(i));
    item.append(button);
    list.append(item);
  }
  return list;
}

function amount(part: number, total: number): string {
  const share = total > 0 && part > 0 ? ` (${((100 * part) / total).toFixed(1)} %)` : "";
  return part.toLocaleString("en-US") + share;
}

document.addEventListener("click", (event) => {
  if (drag?.moved) return;
  const target = (event.target as Element).closest<HTMLElement | SVGElement>("[data-node]");
  if (target) show(Number(target.dataset["node"]));
});

// Keys.

drawing.addEventListener("keydown", (event) => {
  const i = boxes.indexOf((event.target as Element).closest(".node") as SVGGElement);
  if (i < 0 || event.ctrlKey || event.metaKey || event.altKey) return;
  const go = (to: number | undefined): void => {
    if (to !== undefined) show(to, true);
  };
  switch (event.key) {
    case "Enter":
    case " ":
      go(i);
      break;
    case "ArrowDown":
      go(readers[i]?.[0]);
      break;
    case "ArrowUp":
      go(model.nodes[i]?.inputs[0]);
      break;
    case "ArrowLeft":
      go(beside(i, -1));
      break;
    case "ArrowRight":
      go(beside(i, 1));
      break;
    case "Home":
      go(0);
      break;
    case "End":
      go(boxes.length - 1);
      break;
    case "+":
      zoomTo(scale * 1.3);
      break;
    case "-":
      zoomTo(scale / 1.3);
      break;
    case "0":
      zoomTo(1);
      break;
    default:
      return;
  }
  event.preventDefault();
});

/** The next box to one side at the same height. */
function beside(i: number, side: number): number | undefined {
  const place = (box: Element | undefined): DOMRect => (box as Element).getBoundingClientRect();
  const from = place(boxes[i]?.firstElementChild ?? undefined);
  let best: number | undefined;
  let nearest = Number.POSITIVE_INFINITY;
  boxes.forEach((box, to) => {
    const at = place(box.firstElementChild ?? undefined);
    const distance = (at.left - from.left) * side;
    if (Math.abs(at.top - from.top) > 2 || distance <= 0 || distance >= nearest) return;
    best = to;
    nearest = distance;
  });
  return best;
}

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && selected >= 0) show(-1);
  const typing = event.target instanceof HTMLInputElement;
  if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey) {
    event.preventDefault();
    search.focus();
  }
});

// Search.

const texts = model.nodes.map((node) =>
  [node.name, node.op || "input", node.settings, ...node.outputs.map((o) => o.shape.join("×"))]
    .join(" ")
    .toLowerCase(),
);

function lookUp(): void {
  const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
  hits = words.length
    ? texts.flatMap((text, i) => (words.every((word) => text.includes(word)) ? [i] : []))
    : [];
  const set = new Set(hits);
  boxes.forEach((box, i) => {
    box.classList.toggle("hit", set.has(i));
    box.classList.toggle("miss", words.length > 0 && !set.has(i));
  });
  for (const edge of edges) edge.classList.toggle("miss", words.length > 0);
  for (const row of document.querySelectorAll<HTMLElement>("#layers tbody tr"))
    row.hidden = words.length > 0 && !set.has(Number(row.dataset["node"]));
  found.textContent = words.length ? `${hits.length} of ${model.nodes.length}` : "";
}

search.addEventListener("input", lookUp);
search.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || hits.length === 0) return;
  event.preventDefault();
  const next = event.shiftKey
    ? (hits.findLast((i) => i < selected) ?? hits.at(-1))
    : (hits.find((i) => i > selected) ?? hits[0]);
  if (next === undefined) return;
  show(next);
  found.textContent = `${hits.indexOf(next) + 1} of ${hits.length}`;
});

// The table.

const body = document.querySelector("#layers tbody") as HTMLElement;
for (const button of document.querySelectorAll<HTMLElement>("#layers th button"))
  button.addEventListener("click", () => sortBy(Number(button.dataset["column"]), button));

function sortBy(column: number, button: HTMLElement): void {
  const heading = button.parentElement as HTMLElement;
  // Numbers are wanted from the largest, texts from A, and the third click brings the graph's order back.
  const first = column > 2 ? "descending" : "ascending";
  const second = column > 2 ? "ascending" : "descending";
  const now = heading.getAttribute("aria-sort");
  const next = now === null ? first : now === first ? second : null;
  for (const th of document.querySelectorAll("#layers th")) th.removeAttribute("aria-sort");
  if (next) heading.setAttribute("aria-sort", next);
  const key = (row: HTMLElement): number | string => {
    const node = model.nodes[Number(row.dataset["node"])] as PageNode;
    if (!next) return Number(row.dataset["node"]);
    if (column === 3) return node.parameters;
    if (column === 4) return node.multiplyAdds;
    if (column === 2) return node.outputs[0]?.shape.reduce((a, b) => a * b, 1) ?? 0;
    return column === 1 ? node.op : node.name;
  };
  const rows = [...body.children] as HTMLElement[];
  const sign = next === "descending" ? -1 : 1;
  rows.sort((a, b) => {
    const [x, y] = [key(a), key(b)];
    if (typeof x === "number" && typeof y === "number") return sign * (x - y);
    return sign * String(x).localeCompare(String(y), "en", { numeric: true });
  });
  body.append(...rows);
}

rove(0);
zoomTo(
  Math.max(Math.min(1, fitScale()), Math.min(1, Math.max(0.6, viewport.clientWidth / size.width))),
);
viewport.scrollTop = 0;
viewport.scrollLeft = Math.max(
  0,
  (boxes[0]?.getBoundingClientRect().left ?? 0) -
    viewport.getBoundingClientRect().left +
    viewport.scrollLeft -
    viewport.clientWidth / 2 +
    60,
);
