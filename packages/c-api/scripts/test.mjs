// Runs the C tests from the command line.
// Usage: node scripts/test.mjs [--plain] [--level=L] [program [test]]
//   program  only programs whose name contains it, such as op_softmax
//   test     only tests whose name contains it
//   --plain  without sanitizers, at -O2, as the library is shipped
//   --level  only levels of kernels whose name contains it: base, avx2, avx512, plain;
//            highest: the one that the processor would take
// $CC, $CFLAGS and LIBPREDICT_REQUIRE_ALL=1 as everywhere.

import { CompilerError, findCompiler } from "./compiler.mjs";
import { BuildError } from "./objects.mjs";
import { findTestPrograms, runTestPrograms, sanitizerFlags } from "./test-programs.mjs";

async function main() {
  const words = process.argv.slice(2);
  const plain = words.includes("--plain");
  const [programFilter = "", testFilter = ""] = words.filter((word) => !word.startsWith("--"));
  const compiler = findCompiler();
  const counts = { passed: 0, failed: 0, skipped: 0 };

  let flags = ["-O2", "-g"];
  if (!plain) {
    const sanitizers = sanitizerFlags(compiler);
    flags = ["-O1", "-g", ...sanitizers.flags];
    if (sanitizers.missing !== "") {
      console.log(`skipped sanitizers: ${sanitizers.missing}`);
      counts[process.env["LIBPREDICT_REQUIRE_ALL"] === "1" ? "failed" : "skipped"]++;
    }
  }

  const programs = findTestPrograms().filter((program) => program.name.includes(programFilter));
  const level = words.find((word) => word.startsWith("--level="))?.slice("--level=".length) ?? "";
  const { levels, notes } = await runTestPrograms(compiler, programs, flags, {
    filter: testFilter,
    level,
  });
  for (const { level, results, broken } of levels) {
    const before = counts.passed;
    for (const text of broken) {
      counts.failed++;
      console.log(`FAILED at ${level.name}: ${text}`);
    }
    for (const [name, { tests, defect }] of results) {
      const place = `${level.name}: ${name}`;
      const failures = [...tests].filter(([, test]) => test.outcome === "failed");
      for (const { outcome } of tests.values()) counts[outcome]++;
      for (const [test, { detail }] of failures) console.log(`FAILED ${place}: ${test}\n${detail}`);
      for (const [test, { outcome, detail }] of tests) {
        if (outcome === "skipped") console.log(`skipped ${place}: ${test}: ${detail}`);
        else if (outcome === "passed" && detail !== "") console.log(`${place}: ${test}\n${detail}`);
      }
      if (defect !== "" && failures.length === 0) {
        counts.failed++;
        console.log(`FAILED ${place}: ${defect}`);
      }
    }
    console.log(`${level.name}: ${counts.passed - before} passed`);
  }
  for (const note of notes) console.log(note);
  const skipped = counts.skipped > 0 ? `, ${counts.skipped} skipped` : "";
  console.log(`${counts.passed} passed, ${counts.failed} failed${skipped}`);
  process.exitCode = counts.failed > 0 || counts.passed === 0 ? 1 : 0;
}

try {
  await main();
} catch (error) {
  if (!(error instanceof BuildError) && !(error instanceof CompilerError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
