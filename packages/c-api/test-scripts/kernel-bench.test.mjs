// `npm run bench:kernels` builds, runs and says what it measured. What the times are is not judged.

import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";
import { PACKAGE_ROOT } from "../scripts/objects.mjs";

test("measures a layer by every algorithm that can do it, and tells which one the plan takes", () => {
  const text = execFileSync(
    process.execPath,
    [
      join(PACKAGE_ROOT, "scripts", "kernel-bench.mjs"),
      ...["--only", "first layer: 1>20 5x5", "--rounds", "1", "--level", "base", "--json"],
    ],
    { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] },
  );
  const lines = text.trim().split("\n");
  const measured = lines.slice(0, -1).map((line) => JSON.parse(line));
  expect(measured.map(({ algorithm }) => algorithm).sort()).toEqual([
    "blocked",
    "plain",
    "planar",
    "winograd-f2x5",
  ]);
  expect(measured.filter(({ chosen }) => chosen)).toHaveLength(1);
  for (const { ns, multiply_adds } of measured) {
    expect(ns).toBeGreaterThan(0);
    expect(multiply_adds).toBe(24 * 24 * 20 * 25);
  }
  expect(JSON.parse(lines.at(-1) ?? "")).toMatchObject({ level: "base", threads: 1 });
});
