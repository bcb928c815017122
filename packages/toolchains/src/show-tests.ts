/** Shows the tests of another language's runner as tests of vitest: one for one, with its reasons. */

import { describe, expect, it } from "vitest";
import type { TestResult } from "./test-results.js";
import type { Missing } from "./toolchain.js";

/** What a runner came to. */
export interface SuiteRun {
  /** Exit code. */
  readonly code: number;
  /** What it printed, for where it broke before it had results. */
  readonly output: string;
  readonly results: readonly TestResult[];
}

/** Why a suite is not run; with LIBPREDICT_REQUIRE_ALL=1 that is a failure. */
const requireAll = process.env["LIBPREDICT_REQUIRE_ALL"] === "1";

/** Declares the tests; call it at the top level of a test file. */
export function showTests(run: SuiteRun | Missing): void {
  if ("missing" in run) {
    it("runs", (context) => {
      context.skip(!requireAll, run.missing);
      throw new Error(run.missing);
    });
    return;
  }
  it("has tests, and ends well", () => {
    expect(run.code, run.output.slice(-20_000)).toBe(0);
    expect(run.results.length, run.output.slice(-20_000)).toBeGreaterThan(0);
  });
  for (const group of new Set(run.results.map((result) => result.group))) {
    describe(group, () => {
      for (const result of run.results.filter((one) => one.group === group)) {
        it(result.name, (context) => {
          context.skip(result.outcome === "skipped", result.detail);
          expect(result.outcome, result.detail).toBe("passed");
        });
      }
    });
  }
}
