import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { findGo } from "../src/find-go.js";
import { runBuild, runCommand } from "../src/run-command.js";
import { readGoTest, readJUnit } from "../src/test-results.js";

describe("JUnit XML", () => {
  it("gives every test with its outcome and reason", () => {
    const xml = `<?xml version="1.0"?>
      <testsuites><testsuite name="pytest" tests="4">
        <testcase classname="tests.test_a" name="test_one[a&lt;b]" time="0.1"/>
        <testcase classname="tests.test_a" name="test_two"><failure message="1 != 2">trace</failure></testcase>
        <testcase classname="tests.test_b" name="test_three"><error message="boom"/></testcase>
        <testcase classname="tests.test_b" name="test_four"><skipped message="no numpy"/></testcase>
      </testsuite></testsuites>`;
    expect(readJUnit(xml)).toEqual([
      { group: "tests.test_a", name: "test_one[a<b]", outcome: "passed", detail: "" },
      { group: "tests.test_a", name: "test_two", outcome: "failed", detail: "1 != 2\ntrace" },
      { group: "tests.test_b", name: "test_three", outcome: "failed", detail: "boom" },
      { group: "tests.test_b", name: "test_four", outcome: "skipped", detail: "no numpy" },
    ]);
  });

  it("reads a file whose root is one suite", () => {
    const xml =
      '<testsuite name="s"><testcase classname="C" name="t"><skipped/></testcase></testsuite>';
    expect(readJUnit(xml)).toEqual([{ group: "C", name: "t", outcome: "skipped", detail: "" }]);
  });
});

describe("go test -json", () => {
  const go = findGo();

  it("gives every test, and packages that do not compile", async (context) => {
    if ("missing" in go) {
      context.skip(process.env["LIBPREDICT_REQUIRE_ALL"] !== "1", go.missing);
      throw new Error(go.missing);
    }
    const folder = mkdtempSync(join(tmpdir(), "go-results-"));
    const write = (path: string, text: string): void => {
      mkdirSync(join(folder, path, ".."), { recursive: true });
      writeFileSync(join(folder, path), text);
    };
    write("go.mod", "module example\n\ngo 1.24\n");
    write(
      "good/good_test.go",
      'package good\n\nimport "testing"\n\n' +
        "func TestPasses(t *testing.T) {}\n" +
        'func TestFails(t *testing.T) { t.Error("seven") }\n' +
        'func TestSkips(t *testing.T) { t.Skip("not today") }\n',
    );
    write("broken/broken_test.go", "package broken\n\nvar x int = nothing\n");
    const { stdout } = await runCommand([...go.command, "test", "-json", "./..."], { cwd: folder });
    rmSync(folder, { recursive: true });
    const results = readGoTest(stdout);
    expect(results.map(({ group, name, outcome }) => [group, name, outcome]).sort()).toEqual([
      ["example/broken", "the package", "failed"],
      ["example/good", "TestFails", "failed"],
      ["example/good", "TestPasses", "passed"],
      ["example/good", "TestSkips", "skipped"],
    ]);
    const detail = (name: string): string => results.find((r) => r.name === name)?.detail ?? "";
    expect(detail("TestFails")).toContain("seven");
    expect(detail("TestSkips")).toContain("not today");
    expect(detail("the package")).toContain("undefined: nothing");
  }, 120_000);
});

describe("a command", () => {
  it("that cannot be started is a result, too", async () => {
    const result = await runCommand(["/no/such/program"], { cwd: tmpdir() });
    expect(result.code).toBe(-1);
    expect(result.stderr).toContain("ENOENT");
  });

  it("that does not end is ended", async () => {
    const { code, stderr } = await runCommand(
      [process.execPath, "-e", "setInterval(() => {}, 1e6)"],
      {
        cwd: tmpdir(),
        timeoutMs: 300,
      },
    );
    expect(code).toBe(-1);
    expect(stderr).toContain("did not end within 300 ms");
  });

  it("that builds and fails is an error with its words", async () => {
    const script = "console.log('line 7: no'); process.exitCode = 2";
    const building = runBuild([process.execPath, "-e", script], { cwd: tmpdir() });
    await expect(building).rejects.toThrow(`failed in ${tmpdir()}:\nline 7: no`);
    await runBuild([process.execPath, "-e", ""], { cwd: tmpdir() });
  });

  it("gets its environment added to this one, and gives exit code and texts", async () => {
    const script = "console.log(process.env.A, !!process.env.PATH); process.exitCode = 3";
    const result = await runCommand([process.execPath, "-e", script], {
      cwd: tmpdir(),
      environment: { A: "b" },
    });
    expect(result).toEqual({ code: 3, stdout: "b true\n", stderr: "" });
  });
});
