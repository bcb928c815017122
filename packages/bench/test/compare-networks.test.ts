import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";
import { compareNetwork, type Measurement } from "../dist/compare-networks.js";
import { architectures } from "../dist/networks/architectures.js";
import { type StoredNetwork, storedNetwork } from "../dist/networks/network-cache.js";
import { findRuntimes, givenRuntime, oursName } from "../dist/peers/peer-list.js";

const cache = mkdtempSync(join(tmpdir(), "bench-cache-"));
const fakePeer = fileURLToPath(new URL("fake-peer.mjs", import.meta.url));
const fake = (mode: string) => givenRuntime(`${mode}=${process.execPath} ${fakePeer} ${mode}`);
const told: string[] = [];
let networks: StoredNetwork[] = [];

beforeAll(async () => {
  process.env["LIBPREDICT_BENCH_CACHE"] = cache;
  for (const architecture of architectures.filter(({ name }) =>
    ["layer", "lenet"].includes(name),
  )) {
    networks = [...networks, await storedNetwork(architecture, (text) => told.push(text))];
  }
});
afterAll(() => rmSync(cache, { recursive: true, force: true }));

async function compare(
  network: StoredNetwork | undefined,
  runtimes: Parameters<typeof compareNetwork>[2],
  timeoutMs = 60_000,
): Promise<readonly Measurement[]> {
  if (network === undefined) throw new Error("no network");
  const options = { rounds: 2, timeoutMs, turnSeconds: 0.01, step: () => undefined };
  return (await compareNetwork(network, 1, runtimes, options)).measurements;
}

it("has our library agree with float64, on networks that were made once", async () => {
  const { found } = await findRuntimes([oursName]);
  for (const network of networks) {
    const [ours] = await compare(network, found);
    expect(ours?.failure).toBeUndefined();
    expect(ours?.error).toBeLessThan(1e-5);
    expect(ours?.ms).toBeGreaterThan(0);
    expect(ours?.loadMs).toBeGreaterThan(0);
  }
  expect(told).toEqual(["making one 8×8 layer", "making LeNet 28²"]);
  const [architecture] = architectures;
  if (architecture) await storedNetwork(architecture, (text) => told.push(text));
  expect(told).toHaveLength(2);
  expect(readdirSync(join(cache, "networks")).sort()).toEqual(["layer", "lenet"]);
  const facts = JSON.parse(readFileSync(join(cache, "networks/layer/network.json"), "utf8"));
  expect(facts).toMatchObject({ name: "layer", weightBytes: (8 * 8 * 9 + 8) * 4 });
});

it("goes on when a runtime is wrong, crashes, refuses or answers garbage", async () => {
  const modes = ["right", "wrong", "drifts", "short", "crashes", "garbage", "refuses"];
  const results = await compare(networks[0], modes.map(fake));
  const of = (mode: string): Measurement | undefined => results.find((m) => m.runtime === mode);
  expect(of("right")).toMatchObject({ ms: 0.25, error: 0, loadMs: 12, residentBytes: 15e6 });
  expect(of("right")?.temporaryBytes).toBe(5e6 - (8 * 8 * 9 + 8) * 4);
  expect(of("wrong")?.error).toBeCloseTo(0.01, 4);
  expect(of("drifts")?.error).toBeCloseTo(0.01, 4);
  expect(of("short")?.failure).toBe("its outputs are not numbers, or not as many as expected");
  expect(of("crashes")?.failure).toContain("exit code 7: out of cheese");
  expect(of("garbage")?.failure).toBe("the answer is no JSON object: 42 ms");
  expect(of("refuses")?.failure).toContain("an operator that nobody knows");
});

it("takes the best way of running a runtime, and tells of one that failed", async () => {
  const variants = ["crashes", "wrong", "right"].flatMap((mode) => fake(mode).variants);
  const [network] = networks;
  if (network === undefined) throw new Error("no network");
  const options = { rounds: 1, timeoutMs: 60_000, turnSeconds: 0.01, step: () => undefined };
  const both = [{ name: "both", version: "", variants }];
  const { measurements, warnings } = await compareNetwork(network, 1, both, options);
  expect(measurements).toMatchObject([{ runtime: "both", error: 0 }]);
  expect(warnings).toHaveLength(1);
  expect(warnings[0]).toContain(
    "one way of running both failed: the worker ended with exit code 7",
  );
});

it("waits no longer than it may for a runtime that hangs", async () => {
  const [result] = await compare(networks[0], [fake("hangs")], 1500);
  expect(result?.failure).toMatch(/^no answer to "\w+" within 1.5 s$/);
});

it("says so where a worker cannot be started", async () => {
  const [result] = await compare(networks[0], [givenRuntime("none=/does/not/exist")]);
  expect(result?.failure).toContain("ENOENT");
});
