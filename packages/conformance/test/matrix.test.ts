import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { readCases } from "../src/case-files.js";
import { languageHarnesses } from "../src/language-harnesses.js";
import { matrixPairs, runPair } from "../src/matrix.js";
import { type MatrixTable, tabulatePair } from "../src/matrix-table.js";
import { summarise } from "../src/summary.js";
import { unlessRequired } from "./optional-models.js";

const committed = JSON.parse(
  readFileSync(new URL("../../../docs/conformance.json", import.meta.url), "utf8"),
) as MatrixTable;
const pairs = matrixPairs(languageHarnesses);
const cases = readCases();

describe.concurrent("every binding with every library", () => {
  it.for(pairs)(
    "$harness.language with $library.name",
    { timeout: 600_000 },
    async ({ harness, library }, context) => {
      const { result } = await runPair(harness, library, cases);
      if ("missing" in result) {
        const reason = unlessRequired(result.missing);
        context.skip(reason !== undefined, reason);
        throw new Error(result.missing);
      }
      const { report } = result;
      console.log(summarise(report));
      expect(report.ok, summarise(report)).toBe(true);
      expect(report.counts.pass + report.counts.known).toBeGreaterThan(2800);
      const table = committed.pairs.find(
        (pair) => pair.language === harness.language && pair.library === library.name,
      );
      // If this differs, npm run conformance -- --all writes the page anew: review it.
      expect(table).toEqual({
        language: harness.language,
        library: library.name,
        ...tabulatePair(report),
      });
    },
  );
});

it("the committed page speaks of every pair and of all cases", () => {
  expect(committed.pairs.map(({ language, library }) => [language, library])).toEqual(
    pairs.map(({ harness, library }) => [harness.language, library.name]),
  );
  expect(committed.cases).toBe(cases.length);
});
