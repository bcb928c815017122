import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import type { KnownDifference } from "../src/known-differences.js";
import type { PairReport } from "../src/matrix.js";
import { type MatrixTable, matrixPage, tabulate } from "../src/matrix-table.js";
import type { CaseReport, SuiteReport } from "../src/suite-runner.js";

function report(cases: readonly CaseReport[], features: readonly string[] = ["lp"]): SuiteReport {
  const counts = { pass: 0, fail: 0, crash: 0, timeout: 0, known: 0, changed: 0, skipped: 0 };
  for (const { outcome } of cases) {
    counts[outcome] += 1;
  }
  return {
    harness: "h",
    library: "/somewhere/lib.so",
    features,
    counts,
    total: cases.length,
    problems: [],
    cases,
    ok: true,
  };
}

const cases = (...outcomes: CaseReport["outcome"][]): CaseReport[] =>
  outcomes.map((outcome, i) => ({ id: `${i < 3 ? "b" : "a"}/${i}`, outcome }));

const difference: KnownDifference = {
  kind: "reference bug",
  section: "s",
  reason: "It counts | wrongly.",
  varies: true,
  cases: ["a/1", "a/2"],
};
const pairs: PairReport[] = [
  {
    language: "Go",
    library: "one",
    result: { report: report(cases("pass", "pass", "fail", "known")) },
  },
  { language: "C++", library: "one", result: { report: report(cases("skipped", "pass"), []) } },
  { language: "Go", library: "two", result: { missing: "no two; install two" } },
];
const table = tabulate(
  pairs,
  1234,
  new Map([
    ["a/1", difference],
    ["a/2", difference],
  ]),
);

it("counts outcomes in all and by the first part of the id", () => {
  expect(table.pairs).toEqual([
    {
      language: "Go",
      library: "one",
      features: ["lp"],
      total: { pass: 2, fail: 1, known: 1 },
      groups: { b: { pass: 2, fail: 1 }, a: { known: 1 } },
    },
    {
      language: "C++",
      library: "one",
      features: [],
      total: { skipped: 1, pass: 1 },
      groups: { b: { skipped: 1, pass: 1 } },
    },
    { language: "Go", library: "two", notRun: "no two; install two" },
  ]);
  expect(table.differences).toEqual([difference]);
});

it("writes a page without paths, with a row for each group and a column for each pair", () => {
  const page = matrixPage(table);
  expect(page).not.toContain("/somewhere");
  expect(page).toContain("same 1,234 cases");
  expect(page).toContain("| Go | one | 2 | 1 | 0 | 1 |");
  expect(page).toContain("| C++ | one | 1 | 0 | 1 | 0 |");
  expect(page).toContain("| Go | two | not run: no two; install two |  |  |  |");
  expect(page).toContain("| cases | Go · one | C++ · one | Go · two |");
  expect(page).toContain("| a | 1 d |  |  |\n| b | 2, 1 wrong | 1, 1 – |  |");
  expect(page).toContain(
    "| 2 | reference bug | It counts \\| wrongly. What it answers varies from run to run. |",
  );
  expect(page.match(/^\| (Go|C\+\+) \|.* yes \|/gm)).toEqual(["| Go |  |  |  |  |  |  |  | yes |"]);
});

it("the committed page is what the committed numbers give", () => {
  const docs = new URL("../../../docs/", import.meta.url);
  const read = (name: string): string => readFileSync(new URL(name, docs), "utf8");
  const numbers = JSON.parse(read("conformance.json")) as MatrixTable;
  expect(read("conformance.md")).toBe(matrixPage(numbers));
});
