// The levels of kernels that can be executed here, and how the engine is compiled for each.
// Owns: the two forms that are never shipped. "lowered" runs the AVX-512 templates (16 lanes, 32
// registers) with pairs of AVX2 vectors, where the processor has AVX2 only; "plain C" is the
// fall-back for compilers without vector extensions.

import { join } from "node:path";
import { compileEngine, PACKAGE_ROOT } from "./objects.mjs";

/** Levels in rising order, as LIBPREDICT_ISA names them. */
const ISA_LEVELS = ["base", "avx2", "avx512"];

/**
 * Flags for the files that know of AVX-512; the other objects are those of the native form.
 *
 * @param {string[]} flags
 * @param {string} text
 */
const lowered = (flags, text) =>
  /isa_avx512\.inl|LP_LOWER_AVX512/.test(text)
    ? [...flags, "-DLP_LOWER_AVX512", "-include", join(PACKAGE_ROOT, "test", "lowered_avx512.h")]
    : flags;

/** Vectors of one float, in the language of the standard alone. */
export const PLAIN_C = ["-std=c11", "-pedantic", "-DLP_PLAIN_C"];

/** @typedef {"native" | "lowered" | "plain C"} Form */

/**
 * @typedef {object} Level
 * @property {string} name As reports have it.
 * @property {Form} form
 * @property {string} [isa] What LIBPREDICT_ISA holds the engine to.
 */

/**
 * What can run here when the highest level of the processor is `highest`.
 *
 * @param {string} highest
 * @returns {{ levels: Level[], notes: string[] }} The highest native one first; a note for each
 *   level that this processor cannot execute.
 */
export function levelsBelow(highest, arch = process.arch) {
  // The one level of another processor: neon, simd128, relaxed-simd.
  const known = ISA_LEVELS.includes(highest);
  const native = known ? ISA_LEVELS.slice(0, ISA_LEVELS.indexOf(highest) + 1).reverse() : [highest];
  /** @type {Level[]} */
  const levels = native.map((isa) => ({ name: isa, form: "native", isa }));
  const notes = [];
  if (known && (arch === "x64" || arch === "ia32")) {
    if (!native.includes("avx2")) notes.push("avx2: not executed on this processor");
    if (native.includes("avx2") && !native.includes("avx512")) {
      levels.push({ name: "avx512 lowered to AVX2", form: "lowered", isa: "avx512" });
      notes.push("avx512: not executed on this processor; its templates ran lowered to AVX2");
    } else if (!native.includes("avx512")) {
      notes.push("avx512: not executed on this processor");
    }
  }
  levels.push({ name: "plain C", form: "plain C" });
  return { levels, notes };
}

/**
 * @param {import("./compiler.mjs").Compiler} compiler
 * @param {string[]} flags
 * @param {Form} form
 * @param {(flags: string[], file: string, text: string) => string[]} [tune] As compileEngine has it.
 */
export function compileLevel(compiler, flags, form, tune = (of) => of) {
  return compileEngine(compiler, form === "plain C" ? [...flags, ...PLAIN_C] : flags, {
    tune: (of, file, text) => {
      const tuned = tune(of, file, text);
      return form === "lowered" ? lowered(tuned, text) : tuned;
    },
  });
}
