import { loadLibrary } from "@libpredict/ffi";
import { describe, expect, it } from "vitest";
import {
  findPython,
  findReference,
  runLibrary,
  runPointerCases,
  runReference,
} from "../src/library-runs.js";
import { summarise } from "../src/summary.js";
import { unlessRequired } from "./optional-models.js";

const reference = findReference();
const skip = "missing" in reference ? unlessRequired(reference.missing) : undefined;

describe("the TypeScript harness", () => {
  it("finds that libpredict passes every case", async () => {
    const report = await runLibrary();
    console.log(summarise(report));
    expect(summarise(report)).toContain(" 0 fail, 0 crash, 0 time out");
    expect(report.ok).toBe(true);
    expect(report.counts.pass).toBeGreaterThan(2800);
  }, 300_000);

  it("finds that the reference differs only where listed", async (context) => {
    context.skip(skip !== undefined, skip);
    if ("missing" in reference) {
      throw new Error(reference.missing);
    }
    const report = await runReference(reference.library);
    console.log(summarise(report));
    expect(report.ok, summarise(report)).toBe(true);
    expect(report.counts.pass).toBeGreaterThan(2700);
  }, 600_000);
});

describe("the Python harness, on cases that pass stray pointers", () => {
  const python = findPython();
  const noPython = python === undefined ? unlessRequired("no python3; install it") : undefined;

  it("finds that libpredict passes them", async (context) => {
    context.skip(noPython !== undefined, noPython);
    const report = await runPointerCases(python ?? "", loadLibrary().path, false);
    console.log(summarise(report));
    expect(report.ok, summarise(report)).toBe(true);
    expect(report.counts.pass).toBeGreaterThan(30);
  }, 300_000);

  it("finds that the reference differs only where listed", async (context) => {
    context.skip(noPython !== undefined, noPython);
    context.skip(skip !== undefined, skip);
    if ("missing" in reference) {
      throw new Error(reference.missing);
    }
    const report = await runPointerCases(python ?? "", reference.library, true);
    console.log(summarise(report));
    expect(report.ok, summarise(report)).toBe(true);
    expect(report.counts.known).toBeGreaterThan(20);
  }, 300_000);
});
