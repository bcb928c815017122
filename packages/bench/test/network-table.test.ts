import { expect, it } from "vitest";
import type { BenchResults } from "../dist/bench-results.js";
import { writePage } from "../dist/benchmark-page.js";
import { drawChart } from "../dist/network-chart.js";
import * as tables from "../dist/network-table.js";

const measured = (runtime: string, network: string, ms: number, error = 1e-6) => ({
  runtime,
  network,
  threads: 1,
  ms,
  error,
  loadMs: 5,
  temporaryBytes: 2e6,
});
const results: BenchResults = {
  format: 1,
  machine: { processor: "A processor", processors: 2 },
  rounds: 3,
  threads: [1],
  runtimes: [
    { name: "libpredict", version: "1", installedBytes: 4e6, engineBytes: 6e5 },
    { name: "fast", version: "2" },
    { name: "slow", version: "3" },
  ],
  missing: [{ name: "gone", missing: "not installed" }],
  networks: [
    { name: "a", title: "Net A", multiplyAdds: 1, weightBytes: 4 },
    { name: "b", title: "Net B", multiplyAdds: 1, weightBytes: 4 },
  ],
  measurements: [
    measured("libpredict", "a", 10),
    measured("fast", "a", 5, 0.002),
    measured("slow", "a", 20),
    measured("libpredict", "b", 1),
    measured("fast", "b", 8),
    { runtime: "slow", network: "b", threads: 1, failure: "crashed" },
  ],
  otherLoad: [
    { network: "a", threads: 1, processors: 0.1 },
    { network: "b", threads: 1, processors: 0.3 },
  ],
};

it("counts no time of a runtime whose outputs are wrong, and marks it", () => {
  const [head, a, b, mean] = tables.timeTable(results, 1);
  expect(head).toEqual(["1 thread, ms", "libpredict", "fast", "slow", "best peer", "best / ours"]);
  expect(a).toEqual(["Net A", "10.0", "5.00!", "20.0", "slow", "2.00"]);
  expect(b).toEqual(["Net B", "1.00", "8.00", "failed", "fast", "8.00"]);
  expect(mean).toEqual(["geometric mean, over ours", "1.00", "8.00", "2.00", "", "4.00"]);
});

it("claims no ratio where our own outputs are wrong", () => {
  const measurements = [measured("libpredict", "a", 1, 1e-3), measured("fast", "a", 8)];
  const [row] = tables.makeRows({ networks: results.networks, measurements }, 1);
  expect(row?.best?.runtime).toBe("fast");
  expect(row?.ratio).toBeUndefined();
});

it("has nothing to compare where every peer failed", () => {
  const measurements = [measured("libpredict", "a", 1)];
  const [, row] = tables.timeTable({ ...results, measurements }, 1);
  expect(row).toEqual(["Net A", "1.00", "", "", "", ""]);
});

it("says what else the machine did", () => {
  expect(tables.loadSentence(results)).toBe(
    "Other programs kept 0.20 of 2 processors busy on average, at most 0.30 during one network.",
  );
  const otherLoad = [{ network: "a", threads: 1, processors: 1.5 }];
  expect(tables.loadSentence({ ...results, otherLoad })).toContain("measure again");
  expect(tables.loadSentence({ ...results, otherLoad: [] })).toContain("not known");
});

it("aligns columns, and writes Markdown", () => {
  const cells = [
    ["a", "bb"],
    ["ccc", "d"],
  ];
  expect(tables.alignTable(cells)).toBe("a    bb\nccc   d");
  expect(tables.markdownTable(cells)).toBe("| a | bb |\n| --- | --: |\n| ccc | d |");
});

it("draws a dot for each accurate peer, an arrow for what lies beyond the edge, in both schemes", () => {
  const svg = drawChart(results);
  expect(svg).toContain("<title>slow: 2.00×</title></circle>");
  expect(svg).toContain("<title>fast: 8.00×</title></path>");
  expect(svg).not.toContain("fast: 0.50×");
  expect(svg).toContain("prefers-color-scheme: dark");
  expect(svg.match(/<circle/g)).toHaveLength(3); // two of the legend
});

it("writes a page with everything that was measured, and what was not", () => {
  const page = writePage(results);
  expect(page).toContain("| Net A | 10.0 | 5.00! | 20.0 | slow | 2.00 |");
  expect(page).toContain("- gone: not installed");
  expect(page).toContain("| installed | 4.00 |");
  expect(page).not.toContain("## Start");
});
