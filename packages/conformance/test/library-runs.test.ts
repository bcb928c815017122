import { describe, expect, it } from "vitest";
import { findReference, runLibrary, runReference } from "../src/library-runs.js";
import { summarise } from "../src/summary.js";

const reference = findReference();
const skipReference = "missing" in reference && process.env["LIBPREDICT_REQUIRE_ALL"] !== "1";
if (skipReference) {
  console.warn(`skipped: conformance of the reference (${reference.missing})`);
}

describe("the TypeScript harness", () => {
  it("finds that libpredict passes every case", async () => {
    const report = await runLibrary();
    console.log(summarise(report));
    expect(summarise(report)).toContain(" 0 fail, 0 crash, 0 time out");
    expect(report.ok).toBe(true);
    expect(report.counts.pass).toBeGreaterThan(2800);
  }, 300_000);

  it.skipIf(skipReference)(
    "finds that the reference differs only where listed",
    async () => {
      if ("missing" in reference) {
        throw new Error(reference.missing);
      }
      const report = await runReference(reference.library);
      console.log(summarise(report));
      expect(report.ok, summarise(report)).toBe(true);
      expect(report.counts.pass).toBeGreaterThan(2700);
    },
    600_000,
  );
});
