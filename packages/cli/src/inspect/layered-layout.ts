/**
 * Places the nodes of an acyclic graph in layers, from the top down: every edge goes to a lower
 * layer, crossings are few, and long edges run straight. Knows sizes only, nothing of networks.
 *
 * Deterministic: the same graph gives the same drawing.
 */

/** A box to place. Sizes in pixels. */
export interface LayoutNode {
  readonly width: number;
  readonly height: number;
}

/** An edge, by the positions of its ends among the nodes. */
export interface LayoutEdge {
  readonly from: number;
  readonly to: number;
}

/** A point, in pixels from the drawing's top left corner. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** A drawing. */
export interface Layout {
  readonly width: number;
  readonly height: number;
  /** The centre of each node. */
  readonly nodes: readonly Point[];
  /** The way of each edge: from its upper node's lower side to its lower node's upper side. */
  readonly edges: readonly (readonly Point[])[];
}

/** Distances of a drawing, in pixels. */
export interface LayoutOptions {
  /** Between neighbours of a layer. */
  readonly columnGap?: number;
  /** Between layers. */
  readonly rowGap?: number;
  /** Around everything. */
  readonly margin?: number;
}

/** A node, or the place where an edge passes a layer. */
interface Item {
  readonly layer: number;
  readonly width: number;
  readonly node: number;
  readonly up: number[];
  readonly down: number[];
  x: number;
}

const sweepCount = 12;
const placeCount = 30;
const straightenCount = 24;
/** Graphs that would need more passing places have their long edges drawn directly. */
const passingLimit = 40_000;

/**
 * Lays a graph out.
 *
 * @param nodes - the boxes, sources before what uses them
 * @param edges - each from an earlier to a later node; others are refused
 * @throws RangeError an edge that does not go from an earlier to a later node
 */
export function layOut(
  nodes: readonly LayoutNode[],
  edges: readonly LayoutEdge[],
  options: LayoutOptions = {},
): Layout {
  const { columnGap = 28, rowGap = 44, margin = 24 } = options;
  for (const { from, to } of edges)
    if (!(from >= 0 && from < to && to < nodes.length))
      throw new RangeError(`edge ${from} to ${to} does not go to a later node`);
  if (nodes.length === 0) return { width: 2 * margin, height: 2 * margin, nodes: [], edges: [] };

  const layerOf = assignLayers(nodes.length, edges);
  const { items, layers, ways } = passLayers(nodes, edges, layerOf);
  orderLayers(items, layers);
  placeColumns(items, layers, columnGap);
  straightenChains(items, layers, columnGap);
  alignNarrows(items, layers);

  const rowHeights = layers.map((layer) =>
    Math.max(0, ...layer.map((i) => nodes[(items[i] as Item).node]?.height ?? 0)),
  );
  const rowTops: number[] = [];
  let bottom = margin;
  for (const height of rowHeights) {
    rowTops.push(bottom);
    bottom += height + rowGap;
  }
  const left = Math.min(...items.map((item) => item.x - item.width / 2));
  const right = Math.max(...items.map((item) => item.x + item.width / 2));
  const at = (item: Item): Point => ({
    x: item.x - left + margin,
    y: (rowTops[item.layer] as number) + (rowHeights[item.layer] as number) / 2,
  });
  return {
    width: right - left + 2 * margin,
    height: bottom - rowGap + margin,
    nodes: nodes.map((_, i) => at(items[i] as Item)),
    edges: ways.map((way, i) => {
      const { from, to } = edges[i] as LayoutEdge;
      const centres = way.map((item) => at(items[item] as Item));
      const first = centres[0] as Point;
      const last = centres[centres.length - 1] as Point;
      const start = { x: first.x, y: first.y + (nodes[from] as LayoutNode).height / 2 };
      const end = { x: last.x, y: last.y - (nodes[to] as LayoutNode).height / 2 };
      // Straight down between the boxes of a layer, so that bends stay clear of them.
      const between = centres.slice(1, -1).flatMap(({ x, y }, step) => {
        const item = items[way[step + 1] as number] as Item;
        const half = (rowHeights[item.layer] as number) / 2;
        return [
          { x, y: y - half },
          { x, y: y + half },
        ];
      });
      return [start, ...between, end];
    }),
  };
}

/** Longest way from the sources; then sources move down to just above what uses them. */
function assignLayers(count: number, edges: readonly LayoutEdge[]): number[] {
  const layers = new Array<number>(count).fill(0);
  const incoming = Array.from({ length: count }, () => [] as number[]);
  for (const { from, to } of edges) (incoming[to] as number[]).push(from);
  for (let node = 0; node < count; node++)
    for (const from of incoming[node] as number[])
      layers[node] = Math.max(layers[node] as number, (layers[from] as number) + 1);
  const lowest = new Array<number>(count).fill(Number.POSITIVE_INFINITY);
  for (const { from, to } of edges)
    lowest[from] = Math.min(lowest[from] as number, (layers[to] as number) - 1);
  for (let node = 0; node < count; node++)
    if (incoming[node]?.length === 0 && Number.isFinite(lowest[node]))
      layers[node] = lowest[node] as number;
  const top = Math.min(...layers);
  return layers.map((layer) => layer - top);
}

function passLayers(
  nodes: readonly LayoutNode[],
  edges: readonly LayoutEdge[],
  layerOf: readonly number[],
): { items: Item[]; layers: number[][]; ways: number[][] } {
  const items: Item[] = nodes.map(({ width }, node) => ({
    layer: layerOf[node] as number,
    width,
    node,
    up: [],
    down: [],
    x: 0,
  }));
  const spans = edges.map(({ from, to }) => (layerOf[to] as number) - (layerOf[from] as number));
  const passes = spans.reduce((sum, span) => sum + span - 1, 0) <= passingLimit;
  const ways = edges.map(({ from, to }) => {
    const way = [from];
    const last = layerOf[to] as number;
    for (let layer = (layerOf[from] as number) + 1; passes && layer < last; layer++) {
      way.push(items.length);
      items.push({ layer, width: 4, node: -1, up: [], down: [], x: 0 });
    }
    way.push(to);
    for (let i = 1; i < way.length; i++) {
      const [upper, lower] = [way[i - 1] as number, way[i] as number];
      const [a, b] = [items[upper] as Item, items[lower] as Item];
      if (b.layer !== a.layer + 1) continue;
      a.down.push(lower);
      b.up.push(upper);
    }
    return way;
  });
  const layers: number[][] = Array.from({ length: Math.max(...layerOf) + 1 }, () => []);
  items.forEach((item, i) => {
    (layers[item.layer] as number[]).push(i);
  });
  return { items, layers, ways };
}

/** Barycentre sweeps up and down; the order with the fewest crossings stays. */
function orderLayers(items: readonly Item[], layers: number[][]): void {
  const position = new Array<number>(items.length).fill(0);
  const note = (layer: readonly number[]): void => {
    layer.forEach((item, i) => {
      position[item] = i;
    });
  };
  layers.forEach(note);
  let best = layers.map((layer) => [...layer]);
  let fewest = countCrossings(items, layers, position);
  for (let sweep = 0; sweep < sweepCount && fewest > 0; sweep++) {
    const downwards = sweep % 2 === 0;
    for (let step = 1; step < layers.length; step++) {
      const layer = layers[downwards ? step : layers.length - 1 - step] as number[];
      const key = new Map(
        layer.map((i) => {
          const item = items[i] as Item;
          const near = downwards ? item.up : item.down;
          const sum = near.reduce((total, n) => total + (position[n] as number), 0);
          return [i, near.length > 0 ? sum / near.length : (position[i] as number)];
        }),
      );
      layer.sort(
        (a, b) =>
          (key.get(a) as number) - (key.get(b) as number) ||
          (position[a] as number) - (position[b] as number),
      );
      note(layer);
    }
    const crossings = countCrossings(items, layers, position);
    if (crossings < fewest) {
      fewest = crossings;
      best = layers.map((layer) => [...layer]);
    }
  }
  best.forEach((layer, i) => {
    layers[i] = layer;
  });
}

/** Crossings between neighbouring layers: pairs of edges whose ends are in opposite order. */
function countCrossings(
  items: readonly Item[],
  layers: readonly (readonly number[])[],
  position: readonly number[],
): number {
  let crossings = 0;
  layers.forEach((layer, index) => {
    const size = layers[index + 1]?.length ?? 0;
    // Counts of a binary indexed tree over the lower layer: how many ends lie to the right.
    const tree = new Array<number>(size + 1).fill(0);
    let seen = 0;
    for (const upper of layer) {
      const ends = (items[upper] as Item).down.map((i) => position[i] as number);
      for (const end of ends) {
        let left = 0;
        for (let i = end + 1; i > 0; i -= i & -i) left += tree[i] as number;
        crossings += seen - left;
      }
      for (const end of ends) {
        seen++;
        for (let i = end + 1; i <= size; i += i & -i) tree[i] = (tree[i] as number) + 1;
      }
    }
  });
  return crossings;
}

/**
 * Moves every item towards its neighbours' middle, layer by layer. Within a layer this is least
 * squares under the given order and distances, which isotonic regression solves exactly.
 */
function placeColumns(items: readonly Item[], layers: readonly number[][], gap: number): void {
  for (const layer of layers)
    layer.forEach((i, index) => {
      const before = items[layer[index - 1] as number];
      const item = items[i] as Item;
      item.x = before ? before.x + distance(before, item, gap) : 0;
    });
  for (let round = 0; round < placeCount; round++) {
    const downwards = round % 2 === 0;
    for (let step = 0; step < layers.length; step++) {
      const layer = layers[downwards ? step : layers.length - 1 - step] as number[];
      // The last rounds look both ways, so that neither end decides alone.
      const both = round >= placeCount - 6;
      placeLayer(items, layer, gap, (item) =>
        both
          ? [...leading(items, item.up), ...leading(items, item.down)]
          : leading(items, downwards ? item.up : item.down),
      );
    }
  }
}

function placeLayer(
  items: readonly Item[],
  layer: readonly number[],
  gap: number,
  neighbours: (item: Item) => readonly number[],
): void {
  // Blocks of items that touch: `start` is where the first stands, all else follows from distances.
  const blocks: { first: number; weight: number; sum: number }[] = [];
  const offsets: number[] = [];
  let offset = 0;
  layer.forEach((i, index) => {
    const item = items[i] as Item;
    const before = items[layer[index - 1] as number];
    if (before) offset += distance(before, item, gap);
    offsets.push(offset);
    const near = neighbours(item);
    const wanted =
      near.length > 0
        ? near.reduce((sum, n) => sum + (items[n] as Item).x, 0) / near.length
        : item.x;
    // Edges make way for boxes, which would else be pushed a little further by every shortcut.
    const weight = near.length === 0 ? 0.1 : item.node < 0 ? 0.02 : 1;
    blocks.push({ first: index, weight, sum: weight * (wanted - offset) });
    for (;;) {
      const last = blocks[blocks.length - 1] as (typeof blocks)[0];
      const previous = blocks[blocks.length - 2];
      if (!previous || previous.sum / previous.weight <= last.sum / last.weight) break;
      previous.weight += last.weight;
      previous.sum += last.sum;
      blocks.pop();
    }
  });
  blocks.forEach((block, b) => {
    const end = blocks[b + 1]?.first ?? layer.length;
    for (let index = block.first; index < end; index++)
      (items[layer[index] as number] as Item).x =
        block.sum / block.weight + (offsets[index] as number);
  });
}

/**
 * Sets items that follow one another without a branch in one line, where their neighbours leave
 * room, so that a bend is in one place and not a little of it everywhere.
 */
function straightenChains(
  items: readonly Item[],
  layers: readonly (readonly number[])[],
  gap: number,
): void {
  const place = new Array<number>(items.length).fill(0);
  for (const layer of layers)
    layer.forEach((item, i) => {
      place[item] = i;
    });
  const follows = (upper: Item, lower: number): boolean =>
    upper.down.length === 1 && items[lower]?.up.length === 1;
  const whole: number[][] = [];
  items.forEach((item, i) => {
    const [above] = item.up;
    if (above !== undefined && item.up.length === 1 && follows(items[above] as Item, i)) return;
    const chain = [i];
    for (let last = item; last.down.length === 1 && follows(last, last.down[0] as number); ) {
      chain.push(last.down[0] as number);
      last = items[last.down[0] as number] as Item;
    }
    whole.push(chain);
  });
  whole.sort(
    (a, b) => (items[a[0] as number] as Item).layer - (items[b[0] as number] as Item).layer,
  );

  const room = (chain: readonly number[]): [number, number] => {
    let low = Number.NEGATIVE_INFINITY;
    let high = Number.POSITIVE_INFINITY;
    for (const i of chain) {
      const item = items[i] as Item;
      const layer = layers[item.layer] as readonly number[];
      const left = items[layer[(place[i] as number) - 1] ?? -1];
      const right = items[layer[(place[i] as number) + 1] ?? -1];
      if (left) low = Math.max(low, left.x + distance(left, item, gap));
      if (right) high = Math.min(high, right.x - distance(item, right, gap));
    }
    return [low, high];
  };
  const mean = (of: readonly number[]): number =>
    of.reduce((sum, i) => sum + (items[i] as Item).x, 0) / of.length;
  let chains = whole;
  for (let round = 0; round < straightenCount; round++) {
    // What once had to be split may fit in one piece when its neighbours have moved.
    if (round % 8 === 0) chains = whole;
    const next: number[][] = [];
    for (const chain of round % 2 === 0 ? chains : chains.toReversed()) {
      const [low, high] = room(chain);
      if (low > high + 1e-6) {
        // No one place fits all: its halves may have one each.
        const half = chain.length >> 1;
        if (half > 0 && round % 8 > 2) next.push(chain.slice(0, half), chain.slice(half));
        else next.push(chain);
        continue;
      }
      const ends = [
        ...leading(items, (items[chain[0] as number] as Item).up),
        ...leading(items, (items[chain[chain.length - 1] as number] as Item).down),
      ];
      const wanted = round < 4 || ends.length === 0 ? mean(chain) : mean(ends);
      const x = Math.min(high, Math.max(low, wanted));
      for (const i of chain) (items[i] as Item).x = x;
      next.push(chain);
    }
    chains = round % 2 === 0 ? next : next.toReversed();
  }
}

/**
 * Sets the places where the whole graph is one box wide under each other. What lies between two
 * of them moves as one, so a long network of blocks does not lean to one side.
 */
function alignNarrows(items: readonly Item[], layers: readonly (readonly number[])[]): void {
  const shifts = layers.map(([first, ...others]) =>
    first === undefined || others.length > 0 ? undefined : -(items[first] as Item).x,
  );
  let above: number | undefined;
  layers.forEach((layer, index) => {
    const own = shifts[index];
    const below = own ?? shifts.slice(index).find((shift) => shift !== undefined);
    const shift = own ?? ((above ?? below ?? 0) + (below ?? above ?? 0)) / 2;
    for (const i of layer) (items[i] as Item).x += shift;
    above = own ?? above;
  });
}

/**
 * Of a box and a passing edge, the box alone: what a shortcut joins stays below the way it
 * shortens, and a network of many such blocks does not wander off to one side.
 */
function leading(items: readonly Item[], neighbours: readonly number[]): readonly number[] {
  if (neighbours.length !== 2) return neighbours;
  const boxes = neighbours.filter((i) => (items[i] as Item).node >= 0);
  return boxes.length === 1 ? boxes : neighbours;
}

/** Least distance of the centres of two neighbours of a layer; edges may run closer together than boxes. */
function distance(left: Item, right: Item, gap: number): number {
  const passing = Number(left.node < 0) + Number(right.node < 0);
  return (left.width + right.width) / 2 + (passing === 2 ? gap / 3 : gap);
}
