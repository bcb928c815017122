/** Gathers what `doctor` finds. */
import { ffiBackend } from "@libpredict/core";
import { findLibrary, type LoadAttempt } from "@libpredict/ffi";
import { packageVersion } from "../package-version.js";
import type { DoctorReport, EngineAttempt, EngineFacts } from "./doctor-report.js";
import { findProblems } from "./find-problems.js";
import { machineFacts } from "./machine-facts.js";
import { missingGlibc, publishedLibrary } from "./published-library.js";
import { runtimeFacts } from "./runtime-facts.js";
import { selfTest } from "./self-test.js";

/** Variables of the environment that change what happens. */
const variables = [
  "LIBPREDICT_PATH",
  "LIBPREDICT_ISA",
  "LIBPREDICT_NUM_THREADS",
  "UV_THREADPOOL_SIZE",
] as const;

/** Looks at everything. @param library - the value of `--library` */
export async function collectReport(library: string | undefined): Promise<DoctorReport> {
  const engine = engineFacts(library);
  const facts = {
    version: packageVersion,
    engine,
    machine: machineFacts(),
    runtime: runtimeFacts(),
    environment: Object.fromEntries(variables.map((name) => [name, process.env[name] ?? null])),
    selfTest: engine.path === null ? null : await selfTest(ffiBackend({ library: engine.path })),
  };
  const problems = findProblems(facts);
  return { ok: problems.every(({ severity }) => severity !== "error"), ...facts, problems };
}

function engineFacts(path: string | undefined): EngineFacts {
  const { library, source, tried } = findLibrary(path === undefined ? {} : { path });
  return {
    path: library?.path ?? null,
    source: source ?? null,
    tried: tried.map(withGlibc),
    ...publishedFacts(library?.path),
    version: library?.has("LPGetVersion") ? library.LPGetVersion() : null,
    build: library?.has("LPGetBuildInfo") ? buildOf(library.LPGetBuildInfo()) : {},
  };
}

function withGlibc(attempt: LoadAttempt): EngineAttempt {
  const { path, reason } = attempt;
  const glibc = path === undefined ? undefined : missingGlibc(path, reason);
  return glibc === undefined ? attempt : { ...attempt, glibc };
}

function publishedFacts(
  path: string | undefined,
): Pick<EngineFacts, "published" | "publishedFailure"> {
  try {
    return { published: path ? publishedLibrary(path) : null, publishedFailure: null };
  } catch (error) {
    return { published: null, publishedFailure: (error as Error).message };
  }
}

/** Pairs of `LPGetBuildInfo`. */
function buildOf(info: string): Record<string, string> {
  return Object.fromEntries(
    info
      .split(" ")
      .filter((pair) => pair.includes("="))
      .map((pair) => [pair.slice(0, pair.indexOf("=")), pair.slice(pair.indexOf("=") + 1)]),
  );
}
