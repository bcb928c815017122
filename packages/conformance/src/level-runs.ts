/**
 * The cases at every level of the library's kernels, in plain calls: `base`, `avx2`, `avx512`, and
 * the forms that are built for tests alone (see `packages/c-api/scripts/levels.mjs`); and those of
 * both modules of WebAssembly.
 */

import { fileURLToPath } from "node:url";
import { loadLibrary } from "@libpredict/ffi";
import { runCommand } from "@libpredict/toolchains";
import type { CaseSpec } from "./case-format.js";
import { languageHarnesses, missingModule, wasmHarness } from "./language-harnesses.js";
import { longestAnswerMs } from "./matrix.js";
import { runSuite, type SuiteReport } from "./suite-runner.js";

const builder = fileURLToPath(new URL("../../c-api/scripts/level-libraries.mjs", import.meta.url));

interface Level {
  readonly name: string;
  /** What LIBPREDICT_ISA says; empty: nothing. */
  readonly isa: string;
  readonly library: string;
}

/** Node 20 has relaxed SIMD behind a flag. */
const wasmLevels = [
  { name: "wasm", module: "predict", flags: [], words: ["plain"] },
  {
    name: "wasm relaxed",
    module: "predict-relaxed",
    flags: ["--experimental-wasm-relaxed-simd"],
    words: [],
  },
] as const;

export interface LevelReports {
  readonly levels: readonly { readonly name: string; readonly report: SuiteReport }[];
  /** A line for each level that this processor cannot execute. */
  readonly notes: readonly string[];
}

/** The level that a library takes when LIBPREDICT_ISA says `isa`. */
function levelTaken(library: string | undefined, isa: string): string {
  const before = process.env["LIBPREDICT_ISA"];
  if (isa === "") delete process.env["LIBPREDICT_ISA"];
  else process.env["LIBPREDICT_ISA"] = isa;
  try {
    const told = loadLibrary(library === undefined ? {} : { path: library }).LPGetBuildInfo();
    return /\bisa=(\w+)/.exec(told)?.[1] ?? "";
  } finally {
    if (before === undefined) delete process.env["LIBPREDICT_ISA"];
    else process.env["LIBPREDICT_ISA"] = before;
  }
}

/**
 * @param told receives each level's name and report as it ends
 * @throws Error if a library does not build, or does not take the level it is told to
 */
export async function runLevels(
  cases: readonly CaseSpec[],
  filter: string | undefined,
  told: (name: string, report: SuiteReport) => void,
): Promise<LevelReports> {
  const raw = languageHarnesses.find(({ language }) => language === "raw calls");
  const ready = await raw?.prepare();
  if (ready === undefined || "missing" in ready) {
    throw new Error(`plain calls: ${ready?.missing ?? "no harness"}`);
  }
  const made = await runCommand([process.execPath, builder, levelTaken(undefined, "")], {
    cwd: process.cwd(),
  });
  if (made.code !== 0) {
    throw new Error(`the libraries of the levels do not build:\n${made.stderr}`);
  }
  const built = JSON.parse(made.stdout) as { levels: Level[]; notes: string[] };
  const levels: { name: string; report: SuiteReport }[] = [];
  for (const { name, isa, library } of built.levels) {
    if (isa !== "" && levelTaken(library, isa) !== isa) {
      throw new Error(`${name}: ${library} takes the level ${levelTaken(library, isa)}`);
    }
    const report = await runSuite({
      command: [...ready.command, library],
      timeoutMs: longestAnswerMs,
      environment: isa === "" ? {} : { LIBPREDICT_ISA: isa },
      cases,
      ...(filter === undefined ? {} : { filter }),
    });
    told(name, report);
    levels.push({ name, report });
  }
  const notes = [...built.notes];
  for (const { name, module, flags, words } of wasmLevels) {
    const absent = missingModule(module);
    if (absent) {
      notes.push(`${name}: ${absent.missing}`);
      continue;
    }
    const report = await runSuite({
      command: [process.execPath, ...flags, wasmHarness, ...words],
      timeoutMs: longestAnswerMs,
      cases,
      ...(filter === undefined ? {} : { filter }),
    });
    if (report.library !== `${module}.wasm`) {
      throw new Error(`${name}: the harness took ${report.library}`);
    }
    told(name, report);
    levels.push({ name, report });
  }
  return { levels, notes };
}
