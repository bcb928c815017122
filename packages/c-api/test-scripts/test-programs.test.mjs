// The C test runner itself, on small programs that behave badly in known ways.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { findCompiler } from "../scripts/compiler.mjs";
import { PACKAGE_ROOT, runTool } from "../scripts/objects.mjs";
import { findTestPrograms, runTestProgram, sanitizerFlags } from "../scripts/test-programs.mjs";

const folder = mkdtempSync(join(tmpdir(), "libpredict-programs-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const compiler = findCompiler();
const sanitizers = sanitizerFlags(compiler);

/** @param {string} title @param {() => Promise<void>} body */
const withSanitizers = (title, body) =>
  test(title, async (context) => {
    if (sanitizers.missing !== "" && process.env["LIBPREDICT_REQUIRE_ALL"] !== "1") {
      context.skip(sanitizers.missing);
    }
    await body();
  });

/**
 * @param {string} name
 * @param {Record<string, string>} bodies Test names and their C statements.
 * @param {Parameters<typeof runTestProgram>[2]} [options]
 */
async function runFake(name, bodies, options) {
  const source = join(folder, `test_${name}.c`);
  writeFileSync(
    source,
    [
      '#include "check.h"',
      ...Object.entries(bodies).map(([test, body]) => `TEST(${test}) { ${body} }`),
      "int main(int argc, char **argv) {",
      "    check_begin(argc, argv);",
      ...Object.keys(bodies).map((test) => `    RUN(${test});`),
      "    return check_end();",
      "}",
      "",
    ].join("\n"),
  );
  const program = findTestPrograms(folder).find((entry) => entry.source === source);
  expect(program?.tests).toEqual(Object.keys(bodies));
  const executable = join(folder, name);
  await runTool([
    ...compiler.command,
    "-g",
    "-Wall",
    "-Wextra",
    "-Wconversion",
    "-Wshadow",
    "-Werror",
    ...sanitizers.flags,
    `-I${join(PACKAGE_ROOT, "test")}`,
    source,
    "-o",
    executable,
    "-lm",
  ]);
  return runTestProgram(executable, program?.tests ?? [], options);
}

test("passes, failures with their place, and skips with their reason", async () => {
  const required = process.env["LIBPREDICT_REQUIRE_ALL"];
  delete process.env["LIBPREDICT_REQUIRE_ALL"];
  try {
    const { tests, defect } = await runFake("mixed", {
      holds: 'CHECK(1); CHECK_EQ_INT(2, 2); CHECK_STR("a", "a"); CHECK_NEAR(NAN, NAN, 0);',
      breaks: "CHECK_EQ_INT(1 + 1, 3); CHECK_NEAR(1.0, 2.0, 0.5); REQUIRE(0); CHECK_EQ_INT(7, 8);",
      waits: 'SKIP("no reference here");',
    });
    expect(defect).toBe("");
    expect(tests.get("holds")?.outcome).toBe("passed");
    expect(tests.get("breaks")?.outcome).toBe("failed");
    expect(tests.get("breaks")?.detail).toContain("test_mixed.c:3: 1 + 1 is 2, expected 3");
    expect(tests.get("breaks")?.detail).toContain("expected 2 within 0.5");
    expect(tests.get("breaks")?.detail).toContain("0 does not hold");
    expect(tests.get("breaks")?.detail).not.toContain("7 is 7");
    expect(tests.get("waits")).toEqual({ outcome: "skipped", detail: "no reference here" });
  } finally {
    if (required !== undefined) process.env["LIBPREDICT_REQUIRE_ALL"] = required;
  }
});

test("a skip is a failure where everything is required", async () => {
  const required = process.env["LIBPREDICT_REQUIRE_ALL"];
  process.env["LIBPREDICT_REQUIRE_ALL"] = "1";
  try {
    const { tests } = await runFake("required", { waits: 'SKIP("no reference here");' });
    expect(tests.get("waits")?.outcome).toBe("failed");
    expect(tests.get("waits")?.detail).toContain("no reference here");
  } finally {
    if (required === undefined) delete process.env["LIBPREDICT_REQUIRE_ALL"];
    else process.env["LIBPREDICT_REQUIRE_ALL"] = required;
  }
});

test("every kind of check fails when it should", async () => {
  const checks = {
    check: "CHECK(0);",
    text: 'CHECK_STR("a", "b");',
    absent: 'CHECK_STR(NULL, "b");',
    part: 'CHECK_CONTAINS("abc", "d");',
    nan: "CHECK_NEAR(NAN, 1.0, 1e9);",
    infinity: "CHECK_NEAR(INFINITY, -INFINITY, 1e9);",
    floats: "float a[2] = {1, 2}, b[2] = {1, 3}; CHECK_FLOATS(a, b, 2, 0.1, 0.1);",
    bytes: 'CHECK_BYTES("ab", "ac", 2);',
  };
  const { tests } = await runFake("kinds", checks);
  for (const name of Object.keys(checks))
    expect([name, tests.get(name)?.outcome]).toEqual([name, "failed"]);
});

test("a crash fails the test it happened in and those behind it", async () => {
  const { tests, defect } = await runFake("crash", {
    before: "CHECK(1);",
    crashes: "abort();",
    after: "CHECK(1);",
  });
  expect(defect).not.toBe("");
  expect(tests.get("before")?.outcome).toBe("passed");
  expect(tests.get("crashes")?.outcome).toBe("failed");
  expect(tests.get("after")).toEqual({ outcome: "failed", detail: "not reached: see crashes" });
});

test("a program that hangs is killed", async () => {
  const { tests, defect } = await runFake(
    "hang",
    { hangs: "for (volatile int i = 0; i < 2; i = 0) { }" },
    { watchdogMs: 500 },
  );
  expect(defect).toContain("killed after 0.5 s");
  expect(tests.get("hangs")?.outcome).toBe("failed");
});

test("a name filter leaves the other tests out", async () => {
  const { tests, defect } = await runFake(
    "filter",
    { wanted: "CHECK(1);", other: "CHECK(0);" },
    { filter: "want" },
  );
  expect(defect).toBe("");
  expect([...tests.keys()]).toEqual(["wanted"]);
});

withSanitizers("a leak is a defect though every test passed", async () => {
  const { tests, defect } = await runFake("leak", {
    leaks: "static void *volatile block; block = malloc(10); block = NULL; CHECK(block == NULL);",
  });
  expect(tests.get("leaks")?.outcome).toBe("passed");
  expect(defect).toContain("LeakSanitizer");
});

withSanitizers("a read past the end and an overflow are defects", async () => {
  const past = await runFake("past", {
    reads: "char *volatile b = malloc(4); volatile int i = 4; CHECK(b[i] == b[i]); free(b);",
  });
  expect(past.defect).toContain("heap-buffer-overflow");
  const overflow = await runFake("overflow", {
    adds: "volatile int i = 0x7fffffff; CHECK(i + 1 != 0);",
  });
  expect(overflow.defect).toContain("signed integer overflow");
});
