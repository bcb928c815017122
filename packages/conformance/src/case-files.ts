/** Finds and reads case files. */

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { CaseSpec } from "./case-format.js";

/** The folder of the cases that come with this package. */
export const casesFolder: string = fileURLToPath(new URL("../cases", import.meta.url));

/**
 * Reads every case below a folder, in the order of file names.
 *
 * @throws Error if a file is not a JSON array of cases, or two cases have one id.
 */
export function readCases(folder: string = casesFolder): CaseSpec[] {
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".json"))
    .sort();
  const cases: CaseSpec[] = [];
  const seen = new Map<string, string>();
  for (const file of files) {
    const content: unknown = JSON.parse(readFileSync(join(folder, file), "utf8"));
    if (!Array.isArray(content)) {
      throw new Error(`${file}: expected an array of cases`);
    }
    for (const item of content as CaseSpec[]) {
      checkCase(item, file);
      const other = seen.get(item.id);
      if (other !== undefined) {
        throw new Error(`${file}: the id ${item.id} is taken by ${other}`);
      }
      seen.set(item.id, file);
      cases.push(item);
    }
  }
  return cases;
}

function checkCase(item: CaseSpec, file: string): void {
  const where = `${file}: ${item.id ?? "a case without id"}`;
  if (typeof item.id !== "string" || typeof item.source !== "string") {
    throw new Error(`${where}: every case needs id and source`);
  }
  const kinds = [item.outputs, item.fails, item.steps].filter((part) => part !== undefined);
  if (kinds.length !== 1) {
    throw new Error(`${where}: needs exactly one of outputs, fails, steps`);
  }
  if (item.tolerance === "accumulating" && item.k === undefined && item.outputs !== undefined) {
    throw new Error(`${where}: the class accumulating needs k`);
  }
}
