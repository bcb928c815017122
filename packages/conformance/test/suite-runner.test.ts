import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { readCases } from "../src/case-files.js";
import { neededFeatures } from "../src/features.js";
import { HarnessFailure } from "../src/harness-process.js";
import { type KnownDifference, readKnownDifferences } from "../src/known-differences.js";
import { runSuite, type SuiteOptions, type SuiteReport } from "../src/suite-runner.js";
import { summarise } from "../src/summary.js";

const fake = fileURLToPath(new URL("../fakes/fake-harness.mjs", import.meta.url));
const knownFile = fileURLToPath(new URL("../known/reference-differences.json", import.meta.url));
const cases = readCases();
const withoutExtensions = cases.filter((item) =>
  neededFeatures(item).every((name) => name !== "lp" && name !== "pointers"),
);

function run(mode: string, options: Partial<SuiteOptions> = {}): Promise<SuiteReport> {
  return runSuite({
    command: [process.execPath, fake],
    timeoutMs: 20_000,
    environment: { FAKE_MODE: mode },
    cases,
    ...options,
  });
}

describe("the runner on a harness that is always right", () => {
  it("passes every case and skips those whose features are not declared", async () => {
    const report = await run("right");
    expect(report.problems).toEqual([]);
    expect(
      report.cases.filter((item) => item.outcome !== "pass" && item.outcome !== "skipped"),
    ).toEqual([]);
    expect(report.counts.pass).toBe(withoutExtensions.length);
    expect(report.counts.skipped).toBe(cases.length - withoutExtensions.length);
    expect(report.ok).toBe(true);
    expect(summarise(report)).toContain(`${withoutExtensions.length} pass`);
  }, 120_000);

  it("reports known differences that no longer differ, and is not satisfied", async () => {
    const known = readKnownDifferences(knownFile);
    const report = await run("right", { known, filter: "age/Pooling" });
    const listed = [...known.keys()].filter((id) => id.includes("age/Pooling"));
    expect(listed.length).toBeGreaterThan(2);
    expect(report.counts.changed).toBe(listed.length);
    expect(report.ok).toBe(false);
  }, 60_000);
});

describe("a case that asks for oneDNN", () => {
  it("gets a harness with that environment, if the library has one", async () => {
    const plain = cases.filter((one) => one.outputs !== undefined && one.needs === undefined);
    const chosen = [
      ...plain.slice(0, 1),
      ...plain.slice(1, 2).map((item) => ({ ...item, ask: "onednn" as const })),
    ];
    const outcomes = async (options: Partial<SuiteOptions>) =>
      (await run("right", { cases: chosen, ...options })).cases.map(({ outcome }) => outcome);
    const oneDnnEnvironment = { FAKE_MODE: "wrong" };
    expect(await outcomes({ oneDnnEnvironment })).toEqual(["pass", "fail"]);
    expect(await outcomes({})).toEqual(["pass", "pass"]);
  }, 60_000);
});

describe("a known difference that varies", () => {
  it("may pass by chance", async () => {
    const item = cases.find((one) => one.outputs !== undefined);
    const id = item?.id ?? "";
    const entry: KnownDifference = {
      kind: "reference bug",
      section: "x",
      reason: "y",
      varies: true,
      cases: [id],
    };
    for (const mode of ["right", "wrong"]) {
      const report = await run(mode, { known: new Map([[id, entry]]), filter: id });
      expect(report.cases[0]?.outcome).toBe("known");
      expect(report.counts.changed).toBe(0);
    }
  }, 60_000);

  it("is refused of a deliberate improvement", () => {
    const folder = mkdtempSync(join(tmpdir(), "known-"));
    const file = join(folder, "known.json");
    const entry = { kind: "deliberate improvement", section: "x", reason: "y", varies: true };
    writeFileSync(file, JSON.stringify([{ ...entry, cases: ["a/b"] }]));
    expect(() => readKnownDifferences(file)).toThrow("only a reference bug may vary");
    rmSync(folder, { recursive: true });
  });
});

describe("the runner on a harness that is always wrong", () => {
  it("fails every case that checks anything", async () => {
    const report = await run("wrong");
    const passed = report.cases.filter((item) => item.outcome === "pass").map((item) => item.id);
    const lenient = cases.filter((item) => checksNothing(item)).map((item) => item.id);
    expect(passed.sort()).toEqual(lenient.sort());
    expect(report.counts.fail).toBe(withoutExtensions.length - lenient.length);
    expect(report.ok).toBe(false);
  }, 120_000);

  it("accepts a listed difference and says how many there are", async () => {
    const item = cases.find((one) => one.outputs !== undefined);
    const entry: KnownDifference = { kind: "reference bug", section: "x", reason: "y", cases: [] };
    const id = item?.id ?? "";
    const report = await run("wrong", { known: new Map([[id, entry]]), filter: id });
    expect(report.cases[0]?.outcome).toBe("known");
    expect(report.counts.known).toBe(1);
  }, 60_000);

  it("refuses more known differences than the share allows, and unknown ids", async () => {
    const entry: KnownDifference = { kind: "reference bug", section: "x", reason: "y", cases: [] };
    const few = cases.slice(0, 10);
    const known = new Map([
      [few[0]?.id ?? "", entry],
      ["no/such/case", entry],
    ]);
    const report = await run("wrong", { cases: few, known });
    expect(report.problems.join("\n")).toContain("no/such/case is not among the cases");
    expect(report.problems.join("\n")).toContain(
      "2 known differences are 3 % of the cases or more",
    );
    expect(report.ok).toBe(false);
  }, 60_000);
});

describe("the runner on a harness that knows a part of the calls", () => {
  it("gives it the cases that need no more, and says what the others need", async () => {
    const report = await run("partial", { filter: "reshape-predictor/" });
    const needing = (...features: string[]): string[] =>
      report.cases
        .filter((item) => item.detail === `needs ${features.join(", ")}`)
        .map((item) => item.id);
    expect(needing("types")).toContain("reshape-predictor/types-are-kept");
    expect(report.counts.pass).toBeGreaterThan(5);
    expect(report.counts.pass + report.counts.skipped).toBe(report.total);
    expect(report.ok).toBe(true);
  }, 60_000);

  it("fails the cases of a call that it declares and does not know", async () => {
    const report = await run("claim", { filter: "reshape-predictor/" });
    const failed = report.cases.filter((item) => item.outcome === "fail");
    expect(failed.length).toBeGreaterThan(5);
    expect(failed[0]?.detail).toContain(
      "the harness does not know MXPredReshape, but declares what stands for it",
    );
    expect(report.ok).toBe(false);
  }, 60_000);
});

describe("the runner on a harness that misbehaves", () => {
  const few = withoutExtensions.slice(0, 7);

  it("counts crashes, starts the harness again and goes on", async () => {
    const report = await run("crash", { cases: few });
    // the fake crashes at the third case after each start
    expect(report.cases.map((item) => item.outcome)).toEqual([
      "pass",
      "pass",
      "crash",
      "pass",
      "pass",
      "crash",
      "pass",
    ]);
    expect(report.cases[2]?.detail).toContain(
      "exit code 3: the fake crashes\n    at its third case",
    );
    expect(summarise(report).split("\n").slice(0, 4)).toEqual([
      `crash: ${few[2]?.id}: the harness ended with exit code 3: the fake crashes`,
      "    at its third case",
      `crash: ${few[5]?.id}: the harness ended with exit code 3: the fake crashes`,
      "    … at its third case",
    ]);
    expect(report.ok).toBe(false);
  }, 60_000);

  it("counts time-outs and goes on", async () => {
    const report = await run("hang", { cases: few.slice(0, 2), timeoutMs: 8000 });
    expect(report.cases.map((item) => item.outcome)).toEqual(["timeout", "timeout"]);
    expect(report.cases[0]?.detail).toContain("within 8000 ms: nothing came");
  }, 60_000);

  it("finds lies about features", async () => {
    const report = await run("lie", { filter: "extension/version" });
    expect(report.problems).toEqual([
      "the harness declares a feature that does not exist: telepathy; there are types, " +
        "partial-output, multithread, reshape, partial-forward, monitor, ndlist, lp, pointers",
      "the harness declares lp, but does not know LPGetVersion",
    ]);
    expect(report.cases.map((item) => item.outcome)).toEqual(["fail"]);
    expect(report.ok).toBe(false);
  }, 60_000);

  it("misses error codes where the library has them", async () => {
    const report = await run("codeless", { filter: "set-and-get/get-of-" });
    expect(report.counts.fail).toBeGreaterThan(2);
    expect(report.cases.find((item) => item.outcome === "fail")?.detail).toContain(
      "fails without a code",
    );
    const partOne = await run("right", { filter: "set-and-get/get-of-" });
    expect(partOne.ok).toBe(true);
  }, 60_000);

  it("fails a case whose answer is no frame", async () => {
    const report = await run("garbage", { cases: few.slice(0, 1) });
    expect(report.cases[0]?.outcome).toBe("fail");
    expect(report.cases[0]?.detail).toContain("no frame");
  }, 60_000);

  it("refuses another version of the protocol", async () => {
    await expect(run("version")).rejects.toThrow("speaks protocol 2, not 1");
  }, 60_000);

  it("refuses text on standard output, and features that are no list", async () => {
    await expect(run("prints")).rejects.toThrow('no frame: it begins with "loading\\n');
    await expect(run("object")).rejects.toThrow("features of the harness are {}, not a list");
  }, 60_000);

  it("says when the harness does not start", async () => {
    const never = run("right", { command: ["/no/such/program"] });
    await expect(never).rejects.toThrow(HarnessFailure);
  });
});

/** Cases that only ask that nothing crashes. */
function checksNothing(item: (typeof cases)[number]): boolean {
  return (
    item.needs === undefined &&
    item.steps !== undefined &&
    item.steps.every((step) => step.expect === undefined || step.expect.any === true)
  );
}
