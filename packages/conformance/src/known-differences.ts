/** Cases that a library is known to answer differently, each with its reason. */

import { readFileSync } from "node:fs";

export interface KnownDifference {
  readonly kind: "deliberate improvement" | "reference bug";
  /** The place in operators.md that explains it. */
  readonly section: string;
  readonly reason: string;
  /**
   * The library reads memory that is not its own, so that it may answer as expected by chance: a
   * case that passes is no sign that the list is out of date. Only of a reference bug.
   */
  readonly varies?: boolean;
  /** Case ids. */
  readonly cases: readonly string[];
}

/** Largest share of all cases that may be known differences. */
export const largestShare = 0.03;

/**
 * Reads a file of known differences: case id to entry.
 *
 * @throws Error if an entry lacks a field or a case is listed twice.
 */
export function readKnownDifferences(file: string): Map<string, KnownDifference> {
  const entries = JSON.parse(readFileSync(file, "utf8")) as KnownDifference[];
  const known = new Map<string, KnownDifference>();
  for (const entry of entries) {
    if (entry.kind !== "deliberate improvement" && entry.kind !== "reference bug") {
      throw new Error(`${file}: unknown kind ${String(entry.kind)}`);
    }
    if (!entry.section || !entry.reason) {
      throw new Error(`${file}: every entry needs section and reason`);
    }
    if (entry.varies && entry.kind !== "reference bug") {
      throw new Error(`${file}: only a reference bug may vary`);
    }
    for (const id of entry.cases) {
      if (known.has(id)) {
        throw new Error(`${file}: ${id} is listed twice`);
      }
      known.set(id, entry);
    }
  }
  return known;
}
