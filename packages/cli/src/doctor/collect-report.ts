/** Gathers what `doctor` finds. */
import { ffiBackend } from "@libpredict/core";
import { findLibrary } from "@libpredict/ffi";
import { packageVersion } from "../package-version.js";
import type { DoctorReport, EngineFacts } from "./doctor-report.js";
import { findProblems } from "./find-problems.js";
import { machineFacts } from "./machine-facts.js";
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
    tried,
    version: library?.has("LPGetVersion") ? library.LPGetVersion() : null,
    build: library?.has("LPGetBuildInfo") ? buildOf(library.LPGetBuildInfo()) : {},
  };
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
