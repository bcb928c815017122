import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const main = fileURLToPath(new URL("../dist/main.js", import.meta.url));
const fake = fileURLToPath(new URL("../fakes/fake-harness.mjs", import.meta.url));
const fakes = fileURLToPath(new URL("../fakes", import.meta.url));

function run(environment: Record<string, string>, ...args: string[]) {
  return spawnSync(process.execPath, [main, ...args], {
    encoding: "utf8",
    env: { ...process.env, INIT_CWD: fakes, ...environment },
  });
}

it("runs any command, with quoted words, from the caller's folder, and counts", () => {
  const folder = mkdtempSync(join(tmpdir(), "conformance command "));
  const json = join(folder, "deep", "report.json");
  const command = `'${process.execPath}' "./fake-harness.mjs"`;
  const { status, stdout } = run(
    {},
    ...["--harness", command, "--filter", "unary/exp", "--json", json],
  );
  const report = JSON.parse(readFileSync(json, "utf8")) as { total: number; harness: string };
  rmSync(folder, { recursive: true });
  expect(report.harness).toBe("fake-right");
  expect(report.total).toBeGreaterThan(3);
  expect(stdout).toContain(`\n${report.total} passed, 0 failed\n`);
  expect(status).toBe(0);
}, 60_000);

it("ends with 1 where a case fails, and says which", () => {
  const command = `"${process.execPath}" "${fake}"`;
  const { status, stdout } = run(
    {},
    ...["--harness", command, "--environment", "FAKE_MODE=wrong", "--filter", "unary/exp"],
  );
  expect(stdout).toMatch(/^fail: unary\/exp.* instead of/m);
  expect(stdout).toMatch(/\n0 passed, \d+ failed\n$/);
  expect(status).toBe(1);
}, 60_000);

it("ends although a harness that sent no frame would wait for ever", () => {
  const command = `"${process.execPath}" "${fake}"`;
  const { status, stdout } = spawnSync(
    process.execPath,
    [main, "--harness", command, "--filter", "unary/exp"],
    { encoding: "utf8", env: { ...process.env, FAKE_MODE: "garbage" }, timeout: 40_000 },
  );
  expect(stdout).toMatch(/^fail: unary\/exp.*: the answer is no frame/m);
  expect(status).toBe(1);
}, 60_000);

it("counts a missing library as a failure only where everything is required", () => {
  const absent = { LIBPREDICT_REFERENCE_PYTHON: "", LIBPREDICT_REQUIRE_ALL: "" };
  const args = ["--only", "typescript", "--filter", "unary/exp"];
  const lenient = run(absent, ...args);
  expect(lenient.stdout).toContain(
    "skipped: TypeScript with MXNet 1.9.1: LIBPREDICT_REFERENCE_PYTHON is not set; pip install",
  );
  expect(lenient.status).toBe(0);
  const strict = run({ ...absent, LIBPREDICT_REQUIRE_ALL: "1" }, ...args);
  expect(strict.stdout).toMatch(/ passed, 1 failed\n$/);
  expect(strict.status).toBe(1);
}, 60_000);

it.each([
  ["an option that does not exist", ["--al"], "Unknown option '--al'"],
  [
    "a binding that does not exist",
    ["--only", "COBOL"],
    'there is no binding "COBOL"; there are TypeScript, TypeScript wasm, Python',
  ],
  ["a filter that leaves no case", ["--harness", "x", "--filter", "no/such"], 'contains "no/such"'],
  ["a filter of bindings", ["--only", "Go", "--filter", "no/such"], 'contains "no/such"'],
  [
    "levels and bindings",
    ["--levels", "--only", "Go"],
    "--all, --only and --levels go one without the other",
  ],
  [
    "a harness and bindings",
    ["--harness", "x", "--all"],
    "--harness goes without --all, --only and --levels",
  ],
  [
    "bindings that are named and all of them",
    ["--all", "--only", "Go"],
    "--all, --only and --levels go one without the other",
  ],
  ["models of another half", ["--models", "large"], "--models takes small or all, not large"],
  [
    "models that do not exist",
    ["--models", "all", "--filter", "no/such"],
    'no network contains "no/such"',
  ],
  ["models and bindings", ["--models", "all", "--all"], "--models goes without --all"],
  ["a library without a harness", ["--library", "x.so"], "--library goes with --harness"],
  ["the reference without a harness", ["--reference"], "--reference goes with --harness"],
  [
    "an environment without a harness",
    ["--environment", "A=b"],
    "--environment goes with --harness",
  ],
  ["a time without a harness", ["--timeout", "5"], "--timeout goes with --harness"],
  ["a harness that does not start", ["--harness", "/no/such/program"], "ENOENT"],
  [
    "an environment without a value",
    ["--harness", "x", "--environment", "A"],
    "takes NAME=value, not A",
  ],
  ["a time that is none", ["--harness", "x", "--timeout", "soon"], "takes milliseconds, not soon"],
])("ends with 2 and words at %s", (_what, args, words) => {
  const { status, stdout, stderr } = run({}, ...args);
  expect(stderr).toContain(words);
  expect(stdout).toBe("");
  expect(status).toBe(2);
});

it("runs whole networks, says what brings those that are not at hand, and counts", () => {
  const absent = mkdtempSync(join(tmpdir(), "no models "));
  const nothing = {
    LIBPREDICT_ZOO: absent,
    LIBPREDICT_ZOO_PYTHON: process.execPath,
    LIBPREDICT_REQUIRE_ALL: "",
  };
  const args = ["--models", "small", "--filter", "dcgan"];
  const lenient = run(nothing, ...args);
  const strict = run({ ...nothing, LIBPREDICT_REQUIRE_ALL: "1" }, ...args);
  rmSync(absent, { recursive: true });
  expect(lenient.stdout).toMatch(/^dcgan_generator +GAN +11 +skipped: pip install mxnet==1.9.1/m);
  expect(lenient.stdout).toContain("\n0 of 1 networks agree, 1 skipped\n0 passed, 0 failed\n");
  expect(lenient.status).toBe(0);
  expect(strict.stdout).toContain("\n0 passed, 1 failed\n");
  expect(strict.status).toBe(1);
}, 60_000);

it("--help tells all of it", () => {
  const { status, stdout } = run({}, "--help");
  for (const option of [
    "--all",
    "--only",
    "--harness",
    "--library",
    "--reference",
    "--json",
    "--models",
  ]) {
    expect(stdout).toContain(option);
  }
  expect(status).toBe(0);
});
