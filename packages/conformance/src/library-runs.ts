/** The two runs of the TypeScript harness: with libpredict, and with the reference. */

import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { readCases } from "./case-files.js";
import type { CaseSpec } from "./case-format.js";
import { readKnownDifferences } from "./known-differences.js";
import { runSuite, type SuiteReport } from "./suite-runner.js";

const harness = fileURLToPath(new URL("../dist/typescript-harness.js", import.meta.url));
const knownFile = fileURLToPath(new URL("../known/reference-differences.json", import.meta.url));

const timeoutMs = 60_000;

/** Native kernels, no fusion, the synchronous engine: what the expected values were asked with. */
export const referenceEnvironment: Readonly<Record<string, string>> = {
  MXNET_ENGINE_TYPE: "NaiveEngine",
  MXNET_SUBGRAPH_BACKEND: "NONE",
  MXNET_MKLDNN_ENABLED: "0",
  OMP_NUM_THREADS: "1",
};

/** Where the reference is, or what is missing. */
export function findReference(): { readonly library: string } | { readonly missing: string } {
  const python = process.env["LIBPREDICT_REFERENCE_PYTHON"];
  if (python === undefined || python === "") {
    return { missing: `LIBPREDICT_REFERENCE_PYTHON is not set; ${howToInstall}` };
  }
  const find =
    "import importlib.util as u, os; " +
    "print(os.path.join(os.path.dirname(u.find_spec('mxnet').origin), 'libmxnet.so'))";
  const { status, stdout } = spawnSync(python, ["-c", find], { encoding: "utf8" });
  const library = stdout?.trim() ?? "";
  if (status !== 0 || !existsSync(library)) {
    return { missing: `${python} has no mxnet; ${howToInstall}` };
  }
  return { library };
}

const howToInstall =
  "pip install mxnet==1.9.1 numpy==1.23.5, and LIBPREDICT_REFERENCE_PYTHON=that Python";

const pythonHarness = fileURLToPath(new URL("../reference/ctypes_harness.py", import.meta.url));

/** A Python for the Python harness, which needs no package; undefined if there is none. */
export function findPython(): string | undefined {
  const candidates = [process.env["LIBPREDICT_REFERENCE_PYTHON"], "python3"];
  return candidates.find(
    (python) => python && spawnSync(python, ["-c", "import ctypes"]).status === 0,
  );
}

/** The cases that pass stray pointers, which only a harness without a careful binding can. */
function straysPointers(item: CaseSpec): boolean {
  return item.needs?.includes("pointers") ?? false;
}

/** Runs the cases that the binding refuses, through the Python harness. */
export function runPointerCases(
  python: string,
  library: string,
  reference: boolean,
): Promise<SuiteReport> {
  return runSuite({
    command: [python, pythonHarness, library],
    timeoutMs,
    cases: readCases(),
    choose: straysPointers,
    ...(reference
      ? { environment: referenceEnvironment, known: readKnownDifferences(knownFile) }
      : {}),
  });
}

/** Runs all cases with a library; without a path, with the one that the binding finds. */
export function runLibrary(path?: string): Promise<SuiteReport> {
  return runSuite({
    command: [process.execPath, harness, ...(path === undefined ? [] : [path])],
    timeoutMs,
    cases: readCases(),
  });
}

/** Runs all cases with the reference and its known differences. */
export function runReference(library: string): Promise<SuiteReport> {
  return runSuite({
    command: [process.execPath, harness, library],
    timeoutMs,
    environment: referenceEnvironment,
    cases: readCases(),
    known: readKnownDifferences(knownFile),
  });
}
