import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { CompilerError, findCompiler } from "../scripts/compiler.mjs";

const folder = mkdtempSync(join(tmpdir(), "libpredict-compilers-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** @param {string} name @param {string} script */
function fakeProgram(name, script) {
  const path = join(folder, name);
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
  return path;
}

test("finds a compiler where the name is not given", () => {
  expect(findCompiler({}).command).not.toEqual([]);
});

test("takes CC apart at blanks", () => {
  const wrapper = fakeProgram("wrapper", 'shift; exec cc "$@"');
  expect(findCompiler({ CC: `  ${wrapper}  first ` }).command).toEqual([wrapper, "first"]);
});

test("never replaces the compiler that CC asks for", () => {
  expect(() => findCompiler({ CC: "no-such-compiler --flag" })).toThrow(
    'CC="no-such-compiler --flag": not found',
  );
});

test("refuses a compiler that cannot compile the probe, and says what to install", () => {
  const old = fakeProgram("old-cc", 'echo "probe.c:9: error: unknown attribute" >&2; exit 1');
  const attempt = () => findCompiler({ CC: old });
  expect(attempt).toThrow(CompilerError);
  expect(attempt).toThrow("does not compile the probe: probe.c:9: error: unknown attribute");
  expect(attempt).toThrow(/apt-get install gcc/);
  expect(attempt).toThrow(/ziglang/);
});

test("a machine without any compiler gets one message with everything that was tried", () => {
  const path = process.env["PATH"];
  process.env["PATH"] = folder;
  try {
    expect(() => findCompiler({})).toThrow(
      /cc: not found\n {2}gcc: not found\n {2}clang: not found\n {2}python3 -m ziglang cc: not found/,
    );
  } finally {
    process.env["PATH"] = path;
  }
});
