/** What test runners of other languages report, in one form. */

import { XMLParser } from "fast-xml-parser";

export interface TestResult {
  /** Class, file or package. */
  readonly group: string;
  readonly name: string;
  readonly outcome: "passed" | "failed" | "skipped";
  /** Why it failed or was skipped. */
  readonly detail: string;
}

type Xml = { [name: string]: Xml | Xml[] | string | undefined };

const parser = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: "",
  textNodeName: "text",
  parseAttributeValue: false,
  processEntities: true,
  isArray: (name) => ["testsuite", "testcase", "failure", "error", "skipped"].includes(name),
});

/** Reads the JUnit XML that pytest, Surefire and CTest write. */
export function readJUnit(xml: string): TestResult[] {
  const root = parser.parse(xml) as Xml;
  const suites = [...many(root["testsuite"]), ...many(xmlOf(root["testsuites"])["testsuite"])];
  return suites.flatMap((suite) => many(suite["testcase"]).map(toResult));
}

function toResult(test: Xml): TestResult {
  const wrong = [...many(test["failure"]), ...many(test["error"])];
  const skipped = many(test["skipped"]);
  const outcome = wrong.length > 0 ? "failed" : skipped.length > 0 ? "skipped" : "passed";
  return {
    group: String(test["classname"] ?? ""),
    name: String(test["name"] ?? ""),
    outcome,
    detail: [...wrong, ...skipped].map(reasonOf).join("\n"),
  };
}

function reasonOf(element: Xml): string {
  return [element["message"], element["text"]].filter((text) => text !== undefined).join("\n");
}

function many(value: Xml | Xml[] | string | undefined): Xml[] {
  return (Array.isArray(value) ? value : value === undefined ? [] : [value]).map(xmlOf);
}

/** An element without attributes and children is read as its text. */
function xmlOf(value: Xml | Xml[] | string | undefined): Xml {
  return typeof value === "object" && !Array.isArray(value) ? value : { text: value };
}

interface GoEvent {
  readonly Action: string;
  readonly Package?: string;
  readonly Test?: string;
  readonly Output?: string;
  /** Of what the compiler says: the package it speaks of, and which of them a failed package needed. */
  readonly ImportPath?: string;
  readonly FailedBuild?: string;
}

/**
 * Reads what `go test -json` prints. A package that fails without a failed test (it does not
 * compile, it panics) is a failed test of its own.
 */
export function readGoTest(lines: string): TestResult[] {
  const outputs = new Map<string, string>();
  const results: TestResult[] = [];
  const outcomes = { pass: "passed", fail: "failed", skip: "skipped" } as const;
  for (const line of lines.split("\n").filter((text) => text.startsWith("{"))) {
    const event = JSON.parse(line) as GoEvent;
    const { Action, Package = "", Test, Output = "" } = event;
    const key = event.ImportPath ?? `${Package} ${Test ?? ""}`;
    outputs.set(key, (outputs.get(key) ?? "") + Output);
    const outcome = outcomes[Action as keyof typeof outcomes];
    if (outcome === undefined) {
      continue;
    }
    const said = [event.FailedBuild ?? "", key].map((of) => outputs.get(of) ?? "").join("");
    const detail = outcome === "passed" ? "" : said;
    const told = results.some((one) => one.group === Package && one.outcome === "failed");
    if (Test !== undefined) {
      results.push({ group: Package, name: Test, outcome, detail });
    } else if (outcome === "failed" && !told) {
      results.push({ group: Package, name: "the package", outcome, detail });
    }
  }
  return results;
}
