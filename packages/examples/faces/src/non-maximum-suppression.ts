/** Non-maximum suppression: of boxes that overlap, the surest stays. */
import { type OverlapMeasure, overlap } from "./boxes.js";
import type { Candidate } from "./face.js";

/**
 * Goes through the candidates from the surest to the least sure (of equal ones, the earlier first)
 * and drops each that overlaps one that was kept by more than `limit`.
 *
 * @returns those kept, the surest first
 */
export function suppressNonMaxima<T extends Candidate>(
  candidates: readonly T[],
  limit: number,
  measure: OverlapMeasure = "union",
): T[] {
  const kept: T[] = [];
  for (const candidate of [...candidates].sort((a, b) => b.score - a.score)) {
    if (kept.every((surer) => overlap(surer.box, candidate.box, measure) <= limit)) {
      kept.push(candidate);
    }
  }
  return kept;
}
