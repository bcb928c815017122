// What runs on which processor, and what the report says of the rest.

import { expect, test } from "vitest";
import { levelsBelow } from "../scripts/levels.mjs";

/** @param {string} highest @param {NodeJS.Architecture} arch */
const named = (highest, arch) => {
  const { levels, notes } = levelsBelow(highest, arch);
  return [levels.map(({ name }) => name), notes];
};

test("a processor with AVX2 runs the AVX-512 templates lowered, and the report says so", () => {
  expect(named("avx2", "x64")).toEqual([
    ["avx2", "base", "avx512 lowered to AVX2", "plain C"],
    ["avx512: not executed on this processor; its templates ran lowered to AVX2"],
  ]);
});

test("a processor with AVX-512 runs all levels as they are", () => {
  expect(named("avx512", "x64")).toEqual([["avx512", "avx2", "base", "plain C"], []]);
});

test("a processor without AVX2 cannot lower", () => {
  expect(named("base", "x64")).toEqual([
    ["base", "plain C"],
    ["avx2: not executed on this processor", "avx512: not executed on this processor"],
  ]);
});

test("other processors have one level, and nothing is missing", () => {
  expect(named("base", "arm64")).toEqual([["base", "plain C"], []]);
});

test("a level of another processor is the only one beside plain C, wherever it is emulated", () => {
  expect(named("neon", "x64")).toEqual([["neon", "plain C"], []]);
  expect(named("relaxed-simd", "arm64")).toEqual([["relaxed-simd", "plain C"], []]);
});
