import { expect, it } from "vitest";
import { checkScalar } from "../src/scalar-range.js";

it.each([
  ["int", -(2 ** 31)],
  ["int", 2 ** 31 - 1],
  ["uint32_t", 2 ** 32 - 1],
  ["size_t", Number.MAX_SAFE_INTEGER],
  ["uint64_t", 2n ** 64n - 1n],
  ["int64_t", -(2n ** 63n)],
  ["bool", false],
] as const)("a %s holds %s", (type, value) => {
  expect(() => checkScalar("x", type, value)).not.toThrow();
});

it.each([
  ["int", 2 ** 31],
  ["uint32_t", -1],
  ["uint32_t", 1n],
  ["size_t", 2 ** 53],
  ["size_t", Number.POSITIVE_INFINITY],
  ["uint64_t", 2n ** 64n],
  ["uint64_t", 1],
  ["int64_t", 2n ** 63n],
  ["bool", 1],
  ["int", "1"],
] as const)("a %s does not hold %s", (type, value) => {
  expect(() => checkScalar("x", type, value)).toThrow(/x must be/);
});
