// Shows every C test, at every level of kernels, as a test of its own.

import { describe, expect, test } from "vitest";
import { findCompiler } from "../scripts/compiler.mjs";
import { findTestPrograms, runTestPrograms, sanitizerFlags } from "../scripts/test-programs.mjs";

const requireAll = process.env["LIBPREDICT_REQUIRE_ALL"] === "1";
const programs = findTestPrograms();
const compiler = findCompiler();
const sanitizers = sanitizerFlags(compiler);
const { levels, notes } = await runTestPrograms(compiler, programs, [
  "-O1",
  "-g",
  ...sanitizers.flags,
]);

test("the sanitizers watch the C tests", (context) => {
  if (sanitizers.missing !== "" && !requireAll) context.skip(sanitizers.missing);
  expect(sanitizers.missing).toBe("");
});

test.each(programs)("$name runs at least one test", ({ tests }) => {
  expect(tests).not.toEqual([]);
});

test(`the levels are ${levels.map(({ level }) => level.name).join(", ")}`, () => {
  for (const note of notes) console.log(note);
  expect(levels.map(({ level }) => level.isa ?? level.name)).toEqual(
    expect.arrayContaining(["base", "plain C"]),
  );
});

for (const { level, results, broken } of levels) {
  test(`every file of the engine compiles for testing at ${level.name}`, () => {
    expect(broken).toEqual([]);
  });

  for (const program of programs) {
    describe(`${level.name}: ${program.name}`, () => {
      const result = results.get(program.name);

      for (const name of program.tests) {
        test(name, (context) => {
          const { outcome, detail } = result?.tests.get(name) ?? {
            outcome: "failed",
            detail: "no result",
          };
          if (outcome === "skipped") context.skip(detail);
          if (outcome === "failed") expect.fail(detail);
        });
      }

      test("ends without a crash, a leak or a sanitizer's complaint", () => {
        expect(result?.defect).toBe("");
      });
    });
  }
}
