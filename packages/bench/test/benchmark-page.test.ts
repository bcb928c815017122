import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { readResults } from "../dist/bench-results.js";
import { pageFiles, writePage } from "../dist/benchmark-page.js";
import { ownForms, webPeerNames } from "../dist/browser/browser-runtimes.js";
import { isAccurate } from "../dist/compare-networks.js";
import { drawChart } from "../dist/network-chart.js";
import { architectures } from "../dist/networks/architectures.js";
import { isOurs, oursName, runtimeNames } from "../dist/peers/peer-list.js";

const docs = fileURLToPath(new URL("../../../docs", import.meta.url));
const read = (name: string): string => readFileSync(join(docs, name), "utf8");
const results = readResults(join(docs, pageFiles.json));

it("has a page and a chart that are what its numbers give", () => {
  expect(read(pageFiles.markdown)).toBe(writePage(results));
  expect(read(pageFiles.svg)).toBe(drawChart(results));
});

it("has every network and every runtime, and nothing of the machine but its processor", () => {
  expect(results.networks.map(({ name }) => name)).toEqual(architectures.map(({ name }) => name));
  expect(results.runtimes.map(({ name }) => name)).toEqual([...runtimeNames]);
  expect(results.missing).toEqual([]);
  expect(results.browser?.networks).toEqual(results.networks);
  expect(results.browser?.runtimes.map(({ name }) => name)).toEqual([...ownForms, ...webPeerNames]);
  expect(results.browser?.missing).toEqual([]);
  expect(Object.keys(results.machine).sort()).toEqual(["processor", "processors"]);
  expect(read(pageFiles.json)).not.toMatch(/"\/[a-z]/);
});

it("has right outputs of ours for every network", () => {
  const ours = results.measurements.filter(({ runtime }) => runtime === oursName);
  expect(ours).toHaveLength(architectures.length * results.threads.length);
  expect(ours.filter((m) => !isAccurate(m))).toEqual([]);
  const inBrowser = results.browser?.measurements.filter(({ runtime }) => isOurs(runtime));
  expect(inBrowser).toHaveLength(architectures.length * ownForms.length);
  expect(inBrowser?.filter((m) => !isAccurate(m))).toEqual([]);
});
