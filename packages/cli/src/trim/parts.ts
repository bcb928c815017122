/** Parts of the engine that a trimmed library has only where they are asked for. */

/** The word for a part, in `--keep`. */
export type Part =
  | "speed"
  | "levels"
  | "threads"
  | "words"
  | "reports"
  | "dtypes"
  | "subgraphs"
  | "old-files";

/** A part: its word, what keeping it means, and what the header defines then. */
export interface PartDescription {
  readonly name: Part;
  readonly keeps: string;
  readonly macros: readonly string[];
}

/** All parts. A model that needs one gets it without being asked. */
export const parts: readonly PartDescription[] = [
  {
    name: "speed",
    keeps: "algorithms for large models: packed weights, Winograd, fused nodes",
    macros: ["LP_WITH_FAST", "LP_WITH_CHAINS", "LP_WITH_WIDE_FUNCTIONS"],
  },
  {
    name: "levels",
    keeps: "kernels for AVX2 and AVX-512 too, chosen at run time",
    macros: ["LP_WITH_LEVELS"],
  },
  { name: "threads", keeps: "several threads, calls from several threads", macros: [] },
  {
    name: "words",
    keeps: "the words of all errors, not only of the most frequent",
    macros: ["LP_WITH_TEXTS"],
  },
  {
    name: "reports",
    keeps: "LPPredDescribe, LPPredGetNodeProfile, LPUpgradeSymbol",
    macros: ["LP_WITH_REPORTS"],
  },
  { name: "dtypes", keeps: "element types besides float32", macros: ["LP_WITH_DTYPES"] },
  {
    name: "subgraphs",
    keeps: "nodes with subgraphs: loops, what a back end of MXNet has fused",
    macros: ["LP_WITH_SUBGRAPHS"],
  },
  {
    name: "old-files",
    keeps: "graphs of before MXNet 0.9.5, sparse arrays",
    macros: ["LP_WITH_OLD_FILES"],
  },
];
