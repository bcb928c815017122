/** The reference, MXNet 1.9.1: where it is, what it needs in its environment, where it differs. */

import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type KnownDifference, readKnownDifferences } from "./known-differences.js";

const knownFile = fileURLToPath(new URL("../known/reference-differences.json", import.meta.url));

/** Native kernels, no fusion, the synchronous engine: what the expected values were asked with. */
export const referenceEnvironment: Readonly<Record<string, string>> = {
  MXNET_ENGINE_TYPE: "NaiveEngine",
  MXNET_SUBGRAPH_BACKEND: "NONE",
  MXNET_MKLDNN_ENABLED: "0",
  OMP_NUM_THREADS: "1",
};

/** What is different where a case asks for oneDNN's numbers. */
export const oneDnnEnvironment: Readonly<Record<string, string>> = { MXNET_MKLDNN_ENABLED: "1" };

const howToInstall =
  "pip install mxnet==1.9.1 numpy==1.23.5, and LIBPREDICT_REFERENCE_PYTHON=that Python";

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

/** The cases that the reference answers differently, with their reasons. */
export function knownReferenceDifferences(): ReadonlyMap<string, KnownDifference> {
  return readKnownDifferences(knownFile);
}
