/** Finds what not every machine has: model files and the Python of the reference. */

import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const repository = fileURLToPath(new URL("../../..", import.meta.url));
const requireAll = process.env["LIBPREDICT_REQUIRE_ALL"] === "1";

/**
 * A folder of models, below LIBPREDICT_MODELS or ../shared/models beside the repository.
 *
 * @returns the folder, and whether tests that need it are skipped; the reason is printed. With
 *   LIBPREDICT_REQUIRE_ALL=1 they are not skipped, and fail where they open the files.
 */
export function modelFolder(name: string): { readonly folder: string; readonly skip: boolean } {
  const given = process.env["LIBPREDICT_MODELS"];
  const models = given ? resolve(given) : join(repository, "..", "shared", "models");
  const folder = join(models, name);
  const skip = !existsSync(folder) && !requireAll;
  if (skip) {
    console.warn(`skipped: ${name} (${folder} does not exist; LIBPREDICT_MODELS=folder of models)`);
  }
  return { folder, skip };
}

/** The Python that has the reference; undefined and a printed reason where there is none. */
export function referencePython(what: string): {
  readonly python: string;
  readonly skip: boolean;
} {
  const python = process.env["LIBPREDICT_REFERENCE_PYTHON"] ?? "";
  const skip = python === "" && !requireAll;
  if (skip) {
    console.warn(
      `skipped: ${what} (LIBPREDICT_REFERENCE_PYTHON is not set; ` +
        "pip install mxnet==1.9.1 numpy==1.23.5, and LIBPREDICT_REFERENCE_PYTHON=that Python)",
    );
  }
  return { python, skip };
}
