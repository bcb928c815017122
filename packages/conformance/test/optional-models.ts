/** Finds what not every machine has: model files and the Python of the reference. */

import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const repository = fileURLToPath(new URL("../../..", import.meta.url));

/**
 * Why tests are skipped, or undefined if they run. With LIBPREDICT_REQUIRE_ALL=1 nothing is skipped,
 * and tests fail where they need what is missing.
 */
export type SkipReason = string | undefined;

/** The reason, unless everything is required. */
export function unlessRequired(reason: string): SkipReason {
  return process.env["LIBPREDICT_REQUIRE_ALL"] === "1" ? undefined : reason;
}

/** A folder of models, below LIBPREDICT_MODELS or ../shared/models beside the repository. */
export function modelFolder(name: string): { readonly folder: string; readonly skip: SkipReason } {
  const given = process.env["LIBPREDICT_MODELS"];
  const models = given ? resolve(given) : join(repository, "..", "shared", "models");
  const folder = join(models, name);
  const found = existsSync(folder);
  const reason = `no models of ${name}; set LIBPREDICT_MODELS to a folder that has ${name}`;
  return { folder, skip: found ? undefined : unlessRequired(reason) };
}
