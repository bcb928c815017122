import { describe, expect, it } from "vitest";
import { type LayoutEdge, layOut } from "../../src/inspect/layered-layout.js";
import { randomSource } from "../../src/inspect/random-data.js";

const box = { width: 100, height: 40 };
const boxes = (count: number) => Array.from({ length: count }, () => box);
const edge = (from: number, to: number): LayoutEdge => ({ from, to });

/** Pairs of boxes that overlap. */
function overlaps(
  nodes: readonly { width: number; height: number }[],
  places: readonly { x: number; y: number }[],
): [number, number][] {
  return places.flatMap((a, i) =>
    places.slice(i + 1).flatMap((b, k): [number, number][] => {
      const j = i + 1 + k;
      const [m, n] = [nodes[i] ?? box, nodes[j] ?? box];
      const apart =
        Math.abs(a.x - b.x) > (m.width + n.width) / 2 - 0.01 ||
        Math.abs(a.y - b.y) > (m.height + n.height) / 2 - 0.01;
      return apart ? [] : [[i, j]];
    }),
  );
}

describe("layOut", () => {
  it("sets a chain in one straight line, each box under the one before", () => {
    const { nodes } = layOut(boxes(4), [edge(0, 1), edge(1, 2), edge(2, 3)]);
    expect(new Set(nodes.map(({ x }) => x)).size).toBe(1);
    const ys = nodes.map(({ y }) => y);
    expect(ys).toEqual([...ys].sort((a, b) => a - b));
    expect(new Set(ys).size).toBe(4);
  });

  it("sets the branches of a diamond side by side, its ends in their middle", () => {
    const { nodes, edges } = layOut(boxes(4), [edge(0, 1), edge(0, 2), edge(1, 3), edge(2, 3)]);
    const [top, left, right, bottom] = nodes;
    expect(left?.y).toBe(right?.y);
    expect(Math.abs((left?.x ?? 0) - (right?.x ?? 0))).toBeGreaterThanOrEqual(box.width);
    expect(top?.x).toBeCloseTo(((left?.x ?? 0) + (right?.x ?? 0)) / 2, 6);
    expect(bottom?.x).toBeCloseTo(top?.x ?? Number.NaN, 6);
    expect(edges).toHaveLength(4);
  });

  it("keeps each of two parallel chains in one line, however wide its boxes are", () => {
    // 0 → 1 2 3 4 → 9 and 0 → 5 6 7 8 → 9.
    const nodes = [100, 60, 220, 80, 160, 200, 70, 180, 60, 100].map((width) => ({
      width,
      height: 40,
    }));
    const chains = [
      [0, 1, 2, 3, 4, 9],
      [0, 5, 6, 7, 8, 9],
    ];
    const edges = chains.flatMap((chain) =>
      chain.slice(1).map((to, i) => edge(chain[i] as number, to)),
    );
    const layout = layOut(
      nodes,
      edges.sort((a, b) => a.from - b.from),
    );
    for (const chain of chains) {
      const xs = chain.slice(1, -1).map((i) => layout.nodes[i]?.x ?? Number.NaN);
      for (const x of xs) expect(x).toBeCloseTo(xs[0] ?? Number.NaN, 6);
    }
    expect(overlaps(nodes, layout.nodes)).toEqual([]);
  });

  it("stays upright: a hundred blocks with shortcuts are no wider than a few", () => {
    const blocks = (count: number): number => {
      const edges = Array.from({ length: 4 * count }, (_, i) => edge(i, i + 1));
      for (let i = 0; i < count; i++) edges.push(edge(4 * i, 4 * i + 4));
      return layOut(boxes(4 * count + 1), edges).width;
    };
    expect(blocks(100)).toBeLessThanOrEqual(blocks(3) + 1);
  });

  it("begins and ends edges at the boxes' sides", () => {
    const { nodes, edges } = layOut(boxes(2), [edge(0, 1)]);
    expect(edges[0]?.[0]).toEqual({ x: nodes[0]?.x, y: (nodes[0]?.y ?? 0) + 20 });
    expect(edges[0]?.at(-1)).toEqual({ x: nodes[1]?.x, y: (nodes[1]?.y ?? 0) - 20 });
  });

  it("leads a skipping edge past the boxes between", () => {
    const { nodes, edges } = layOut(boxes(4), [edge(0, 1), edge(1, 2), edge(2, 3), edge(0, 3)]);
    for (const { x, y } of edges[3]?.slice(1, -1) ?? [])
      for (const node of nodes.slice(1, 3))
        if (Math.abs(y - node.y) <= 20) expect(Math.abs(x - node.x)).toBeGreaterThan(50);
    expect(edges[3]?.length).toBeGreaterThan(2);
  });

  it("untangles branches that were given in the wrong order", () => {
    // Two chains whose middle boxes come crosswise.
    const { nodes } = layOut(boxes(6), [edge(0, 3), edge(1, 2), edge(3, 5), edge(2, 4)]);
    const x = nodes.map((node) => node.x);
    expect(Math.sign((x[0] ?? 0) - (x[1] ?? 0))).toBe(Math.sign((x[3] ?? 0) - (x[2] ?? 0)));
    expect(Math.sign((x[3] ?? 0) - (x[2] ?? 0))).toBe(Math.sign((x[5] ?? 0) - (x[4] ?? 0)));
  });

  it("moves a late source down to what uses it", () => {
    const { nodes } = layOut(boxes(5), [edge(0, 1), edge(1, 2), edge(2, 4), edge(3, 4)]);
    expect(nodes[3]?.y).toBe(nodes[2]?.y);
  });

  it("keeps 400 random nodes apart, inside the drawing, and every edge downwards", () => {
    const next = randomSource(7);
    const nodes = Array.from({ length: 400 }, () => ({
      width: 60 + Math.floor(200 * next()),
      height: 40,
    }));
    const edges = nodes.flatMap((_, to) =>
      to === 0
        ? []
        : Array.from({ length: 1 + Math.floor(2 * next()) }, () =>
            edge(Math.max(0, to - 1 - Math.floor(12 * next())), to),
          ),
    );
    const layout = layOut(nodes, edges);
    expect(overlaps(nodes, layout.nodes)).toEqual([]);
    for (const { from, to } of edges)
      expect(layout.nodes[from]?.y ?? 0).toBeLessThan(layout.nodes[to]?.y ?? 0);
    layout.nodes.forEach(({ x, y }, i) => {
      const { width, height } = nodes[i] ?? box;
      expect(x - width / 2).toBeGreaterThanOrEqual(0);
      expect(x + width / 2).toBeLessThanOrEqual(layout.width);
      expect(y - height / 2).toBeGreaterThanOrEqual(0);
      expect(y + height / 2).toBeLessThanOrEqual(layout.height);
    });
    expect(layOut(nodes, edges)).toEqual(layout);
  });

  it("draws a graph in which every node reads all before it, without drowning", () => {
    const edges = Array.from({ length: 80 }, (_, to) =>
      Array.from({ length: to }, (_, from) => edge(from, to)),
    ).flat();
    const layout = layOut(boxes(80), edges);
    expect(overlaps(boxes(80), layout.nodes)).toEqual([]);
    expect(layout.edges).toHaveLength(edges.length);
  });

  it("refuses edges that do not go to a later node", () => {
    for (const wrong of [edge(1, 0), edge(0, 0), edge(0, 2), edge(-1, 1), edge(Number.NaN, 1)])
      expect(() => layOut(boxes(2), [wrong])).toThrow(RangeError);
  });

  it("draws nothing of nothing", () => {
    expect(layOut([], [])).toEqual({ width: 48, height: 48, nodes: [], edges: [] });
  });
});
