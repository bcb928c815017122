/** Every binding with every library: what `npm run conformance -- --all` and the tests run. */

import { loadLibrary } from "@libpredict/ffi";
import type { CaseSpec } from "./case-format.js";
import type { LanguageHarness } from "./language-harnesses.js";
import {
  findReference,
  knownReferenceDifferences,
  oneDnnEnvironment,
  referenceEnvironment,
} from "./mxnet-reference.js";
import { runSuite, type SuiteOptions, type SuiteReport } from "./suite-runner.js";

/** How long a harness may take for one answer, in milliseconds. */
export const longestAnswerMs = 60_000;

/** A library that bindings are run with. */
export interface MatrixLibrary {
  /** As reports call it. */
  readonly name: string;
  /** The file, or why it is not at hand. */
  readonly at: { readonly library: string } | { readonly missing: string };
  readonly options: Pick<SuiteOptions, "environment" | "oneDnnEnvironment" | "known">;
}

/** libpredict, and the reference. */
export function matrixLibraries(): MatrixLibrary[] {
  return [
    { name: "libpredict", at: { library: loadLibrary().path }, options: {} },
    {
      name: "MXNet 1.9.1",
      at: findReference(),
      options: {
        environment: referenceEnvironment,
        oneDnnEnvironment,
        known: knownReferenceDifferences(),
      },
    },
  ];
}

/** The pairs that can be run, library by library. */
export function matrixPairs(
  harnesses: readonly LanguageHarness[],
): { readonly harness: LanguageHarness; readonly library: MatrixLibrary }[] {
  return matrixLibraries().flatMap((library) =>
    harnesses
      .filter(({ compiledIn = library.name }) => compiledIn === library.name)
      .map((harness) => ({ harness, library })),
  );
}

/** What one binding with one library came to. */
export interface PairReport {
  readonly language: string;
  readonly library: string;
  readonly result: { readonly report: SuiteReport } | { readonly missing: string };
}

/**
 * Runs one pair.
 *
 * @param filter only cases whose id contains this
 * @throws Error if the binding does not build, HarnessFailure if its harness does not start
 */
export async function runPair(
  harness: LanguageHarness,
  library: MatrixLibrary,
  cases: readonly CaseSpec[],
  filter = "",
): Promise<PairReport> {
  const pair = { language: harness.language, library: library.name };
  if ("missing" in library.at) {
    return { ...pair, result: library.at };
  }
  const ready = await harness.prepare();
  if ("missing" in ready) {
    return { ...pair, result: ready };
  }
  const report = await runSuite({
    command: [...ready.command, ...(harness.compiledIn === undefined ? [library.at.library] : [])],
    timeoutMs: longestAnswerMs,
    cases,
    ...library.options,
    filter,
  });
  return { ...pair, result: { report } };
}
