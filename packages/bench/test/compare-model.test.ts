import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { compareModel } from "../src/compare-model.js";
import {
  memoryRatio,
  modelsPage,
  modelTable,
  modelVerdict,
  timeRatio,
} from "../src/model-table.js";

const fake = fileURLToPath(new URL("fake-model-worker.mjs", import.meta.url));
const contestant = (...words: string[]) => ({
  command: [process.execPath, fake, ...words],
  environment: {},
});
const files = { symbol: "s", params: "p", inputs: [], weightBytes: 5e6 };
const options = { rounds: 2, timeoutMs: 20_000, turnSeconds: 0.01 };
const row = { network: "net", family: "nets", nodes: 3 };

it("takes the least time of all turns, and the weights off the growth", async () => {
  const { ours, reference } = await compareModel(
    files,
    contestant("4", "2", "9e6", "3e6"),
    contestant("8", "6", "25e6"),
    options,
  );
  expect(ours).toEqual({ ms: 2, growthBytes: 4e6, temporaryBytes: 3e6 });
  expect(reference).toEqual({ ms: 6, growthBytes: 20e6 });
  const measured = { ...row, ours, reference, otherProcessors: 0 };
  expect(timeRatio(measured)).toBe(3);
  expect(memoryRatio(measured)).toBeCloseTo(20 / 3);
});

it("keeps a library's failure, and goes on with the other", async () => {
  const { ours, reference } = await compareModel(
    files,
    contestant("4", "2", "9e6"),
    contestant("fails"),
    options,
  );
  expect(ours.ms).toBe(2);
  expect(reference.failure).toBe("no such operator");
});

it("says which networks are slower or need more memory", () => {
  const rows = [
    { ...row, ours: { ms: 2, temporaryBytes: 1e6 }, reference: { ms: 4, growthBytes: 2e6 } },
    {
      ...row,
      network: "slow",
      ours: { ms: 4, temporaryBytes: 3e6 },
      reference: { ms: 2, growthBytes: 2e6 },
    },
    { ...row, network: "broken", ours: { failure: "oh" }, reference: { ms: 2 } },
  ].map((one) => ({ ...one, otherProcessors: 0.5 }));
  expect(modelVerdict({ rows })).toBe(
    "2 networks of 3 ran in both; geometric mean of MXNet's time over ours: 1.00. Slower than MXNet: 1 (slow). More temporary memory than MXNet: 1 (slow).",
  );
  expect(modelTable({ rows })[1]).toEqual([
    "net",
    "nets",
    "3",
    "2.00",
    "4.00",
    "2.00",
    "1.00",
    "2.0",
    "",
    "0.5",
  ]);
  const machine = { processor: "test", processors: 2 };
  const skipped = [{ network: "absent", why: "no package" }];
  const page = modelsPage({ format: 1, machine, rounds: 2, rows, skipped });
  expect(page).toContain("| slow | nets | 3 | 4.00 | 2.00 | 0.50 |");
  expect(page).toContain("- absent: no package");
});
