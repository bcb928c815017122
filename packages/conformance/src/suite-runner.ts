/** Runs cases on a harness and sorts the results. */

import type { CaseSpec } from "./case-format.js";
import { type CaseResult, runCase, type Verdict } from "./case-runner.js";
import { features as allFeatures, neededFeatures } from "./features.js";
import { type HarnessOptions, HarnessProcess } from "./harness-process.js";
import { type KnownDifference, largestShare } from "./known-differences.js";

/**
 * What became of a case: its verdict, or `known` (it differs, as listed), `changed` (listed, but it
 * no longer differs), `skipped` (the harness does not declare what it needs).
 */
export type Outcome = Verdict | "known" | "changed" | "skipped";

/** The outcomes that are wrong: a suite with one of them is not ok. */
export const wrongOutcomes: readonly Outcome[] = ["fail", "crash", "timeout", "changed"];

export interface CaseReport {
  readonly id: string;
  readonly outcome: Outcome;
  readonly detail?: string;
}

export interface SuiteReport {
  readonly harness: string;
  readonly library: string;
  readonly features: readonly string[];
  readonly counts: Readonly<Record<Outcome, number>>;
  readonly total: number;
  /** Problems of the suite itself: too many known differences, lies about features, unknown ids. */
  readonly problems: readonly string[];
  readonly cases: readonly CaseReport[];
  readonly ok: boolean;
}

export interface SuiteOptions extends HarnessOptions {
  readonly cases: readonly CaseSpec[];
  /** Added to the environment for the cases that `ask` for oneDNN; default: they are as the others. */
  readonly oneDnnEnvironment?: Readonly<Record<string, string>>;
  readonly known?: ReadonlyMap<string, KnownDifference>;
  /** Only cases whose id contains this. */
  readonly filter?: string;
  /** Only cases for which this is true. */
  readonly choose?: (item: CaseSpec) => boolean;
}

export const protocolVersion = 1;

/**
 * Runs all cases that the harness can take.
 *
 * @throws HarnessFailure if the harness does not start or answer the greeting, Error if it speaks
 *   another version of the protocol, or declares features that are no list.
 */
export async function runSuite(options: SuiteOptions): Promise<SuiteReport> {
  const harness = new HarnessProcess(options);
  const oneDnnHarness = withOneDnn(options) ?? harness;
  const known = options.known ?? new Map<string, KnownDifference>();
  const problems: string[] = [];
  try {
    const greeting = (await harness.request({ call: "hello", protocol: protocolVersion })).json;
    if (greeting["protocol"] !== protocolVersion) {
      throw new Error(
        `the harness speaks protocol ${String(greeting["protocol"])}, not ${protocolVersion}`,
      );
    }
    const features = declaredFeatures(greeting["features"]);
    problems.push(...(await featureLies(harness, features)));
    const chosen = options.cases.filter(
      (item) => item.id.includes(options.filter ?? "") && (options.choose?.(item) ?? true),
    );
    const reports: CaseReport[] = [];
    for (const item of chosen) {
      const asked = item.ask === "onednn" ? oneDnnHarness : harness;
      reports.push(await reportCase(asked, item, features, known));
    }
    const ids = new Set(options.cases.map((item) => item.id));
    for (const id of known.keys()) {
      if (!ids.has(id)) {
        problems.push(`the known difference ${id} is not among the cases`);
      }
    }
    if (known.size >= largestShare * options.cases.length) {
      problems.push(
        `${known.size} known differences are ${largestShare * 100} % of the cases or more`,
      );
    }
    const counts = count(reports);
    return {
      harness: String(greeting["name"]),
      library: String(greeting["library"]),
      features,
      counts,
      total: reports.length,
      problems,
      cases: reports,
      ok: problems.length === 0 && wrongOutcomes.every((outcome) => counts[outcome] === 0),
    };
  } finally {
    await harness.stop();
    await oneDnnHarness.stop();
  }
}

/** The same harness in a process of its own, which starts when a case needs it. */
function withOneDnn(options: SuiteOptions): HarnessProcess | undefined {
  const { environment, oneDnnEnvironment } = options;
  return oneDnnEnvironment === undefined
    ? undefined
    : new HarnessProcess({ ...options, environment: { ...environment, ...oneDnnEnvironment } });
}

function declaredFeatures(declared: unknown = []): readonly string[] {
  if (!Array.isArray(declared)) {
    throw new Error(`the features of the harness are ${JSON.stringify(declared)}, not a list`);
  }
  return declared.map(String);
}

async function reportCase(
  harness: HarnessProcess,
  item: CaseSpec,
  features: readonly string[],
  known: ReadonlyMap<string, KnownDifference>,
): Promise<CaseReport> {
  const missing = neededFeatures(item).filter((need) => !features.includes(need));
  if (missing.length > 0) {
    return { id: item.id, outcome: "skipped", detail: `needs ${missing.join(", ")}` };
  }
  const result: CaseResult = await runCase(harness, item, features.includes("lp"));
  const entry = known.get(item.id);
  if (entry === undefined) {
    return { id: item.id, outcome: result.verdict, ...detail(result) };
  }
  if (result.verdict === "pass" && !entry.varies) {
    return { id: item.id, outcome: "changed", detail: `listed as: ${entry.reason}` };
  }
  return { id: item.id, outcome: "known", detail: `${entry.kind}: ${entry.reason}` };
}

function detail(result: CaseResult): { detail?: string } {
  return result.detail === undefined ? {} : { detail: result.detail };
}

/** Features that do not exist, and a part two that is not there; other lies fail the cases. */
async function featureLies(
  harness: HarnessProcess,
  features: readonly string[],
): Promise<string[]> {
  const lies = features
    .filter((feature) => !allFeatures.includes(feature))
    .map(
      (feature) =>
        `the harness declares a feature that does not exist: ${feature}; there are ${allFeatures.join(", ")}`,
    );
  if (features.includes("lp")) {
    const { json } = await harness.request({ call: "LPGetVersion" });
    if (json["unsupported"] !== undefined) {
      lies.push("the harness declares lp, but does not know LPGetVersion");
    }
  }
  return lies;
}

function count(reports: readonly CaseReport[]): Record<Outcome, number> {
  const counts = { pass: 0, fail: 0, crash: 0, timeout: 0, known: 0, changed: 0, skipped: 0 };
  for (const report of reports) {
    counts[report.outcome] += 1;
  }
  return counts;
}
