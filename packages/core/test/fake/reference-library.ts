/**
 * Finds MXNet 1.9.1's library, which has part one of the header only.
 * `LIBPREDICT_REFERENCE_PYTHON` names a Python that has it installed.
 */
import { spawnSync } from "node:child_process";

const find =
  "import importlib.util as u, os; print(os.path.join(os.path.dirname(u.find_spec('mxnet').origin), 'libmxnet.so'))";

function search(): { path: string } | { missing: string } {
  const python = process.env["LIBPREDICT_REFERENCE_PYTHON"];
  if (!python) return { missing: "LIBPREDICT_REFERENCE_PYTHON is not set" };
  const { status, stdout, stderr } = spawnSync(python, ["-c", find], { encoding: "utf8" });
  if (status === 0) return { path: stdout.trim() };
  return { missing: stderr.trim().split("\n").pop() ?? "no mxnet" };
}

const found = search();

/** The library's file; undefined where there is none. */
export const referenceLibrary: string | undefined = "path" in found ? found.path : undefined;

/** Why tests that need it are skipped; undefined where they run, as they must where every test is required. */
export const skipReference: string | undefined =
  "missing" in found && process.env["LIBPREDICT_REQUIRE_ALL"] !== "1"
    ? `MXNet's own library: ${found.missing}. To run: pip install mxnet==1.9.1 numpy==1.23.5, and LIBPREDICT_REFERENCE_PYTHON=that Python`
    : undefined;
