import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { casesFolder, readCases } from "../src/case-files.js";
import type { CaseSpec } from "../src/case-format.js";
import { largestShare, readKnownDifferences } from "../src/known-differences.js";
import { tierOneOperators } from "./tier-one-operators.js";

const cases = readCases();
const knownFile = fileURLToPath(new URL("../known/reference-differences.json", import.meta.url));

/** Operators of all graphs of a case. */
function operators(item: CaseSpec): string[] {
  return [item, ...Object.values(item.models ?? {})].flatMap((model) =>
    (model.nodes ?? []).map((node) => node.op),
  );
}

describe("the cases", () => {
  it("are at least 1,200", () => {
    expect(cases.length).toBeGreaterThanOrEqual(1200);
  });

  it("are as reference/make_goldens.py made them: no value and no tolerance was changed by hand", () => {
    const sums = readFileSync(join(casesFolder, "SHA256SUMS"), "utf8");
    const files = readdirSync(casesFolder, { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".json"))
      .sort();
    const actual = files.map((name) => {
      const content = readFileSync(join(casesFolder, name));
      return `${createHash("sha256").update(content).digest("hex")}  ${name}\n`;
    });
    expect(actual.join("")).toBe(sums);
  });

  it("are small enough to review", () => {
    const files = readdirSync(casesFolder, { recursive: true, encoding: "utf8" });
    const bytes = files.reduce((sum, name) => sum + statSync(join(casesFolder, name)).size, 0);
    expect(bytes).toBeLessThan(9_000_000);
  });

  it("hold at least five for every T1 operator", () => {
    const counts = new Map<string, number>();
    for (const item of cases) {
      for (const op of new Set(operators(item))) {
        counts.set(op, (counts.get(op) ?? 0) + 1);
      }
    }
    expect(tierOneOperators.filter((op) => (counts.get(op) ?? 0) < 5)).toEqual([]);
  });

  it("do not differ in a seed alone", () => {
    const seen = new Map<string, string>();
    const twice: string[] = [];
    for (const item of cases) {
      const { id, source: _source, outputs: _outputs, ...asked } = item;
      const key = JSON.stringify(asked, (name, value) => (name === "seed" ? 0 : value));
      const other = seen.get(key);
      if (other !== undefined) {
        twice.push(`${other} = ${id}`);
      }
      seen.set(key, id);
    }
    expect(twice).toEqual([]);
  });

  it("say where their expected values come from", () => {
    const sources = /^(reference (native|oneDNN)|by hand|NumPy (float64|int64)|operators\.md)/;
    expect(cases.filter((item) => !sources.test(item.source)).map((item) => item.id)).toEqual([]);
  });
});

describe("the known differences of the reference", () => {
  const known = readKnownDifferences(knownFile);

  it("are cases, and fewer than 3 %", () => {
    const ids = new Set(cases.map((item) => item.id));
    expect([...known.keys()].filter((id) => !ids.has(id))).toEqual([]);
    expect(known.size).toBeLessThan(largestShare * cases.length);
  });
});

describe("readCases", () => {
  const folder = mkdtempSync(join(tmpdir(), "cases-"));
  const good = { id: "a", source: "by hand", steps: [] };

  function reading(content: unknown): () => CaseSpec[] {
    writeFileSync(join(folder, "x.json"), JSON.stringify(content));
    return () => readCases(folder);
  }

  it("refuses files that are no lists, cases without a source, and ids that occur twice", () => {
    expect(reading([good])()).toHaveLength(1);
    expect(reading({})).toThrow("expected an array");
    expect(reading([{ id: "a", steps: [] }])).toThrow("needs id and source");
    expect(reading([{ id: "a", source: "by hand" }])).toThrow(
      "exactly one of outputs, fails, steps",
    );
    expect(reading([good, good])).toThrow("is taken by");
  });
});
