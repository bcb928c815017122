// The platforms: what is written of them in other places is what platforms.json says, and a library
// that is not as it should be is refused.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { choosePlatforms, platformDefects } from "../scripts/build-platforms.mjs";
import { PACKAGE_ROOT } from "../scripts/objects.mjs";
import { packageName, staleFiles } from "../scripts/platform-packages.mjs";
import { platformPage } from "../scripts/platform-page.mjs";
import { PLATFORMS, platformTune } from "../scripts/platforms.mjs";

const repository = join(PACKAGE_ROOT, "..", "..");
/** @param {string} path */
const read = (path) => readFileSync(join(repository, path), "utf8");

/** @param {string} name */
function platform(name) {
  const found = PLATFORMS.find((one) => one.name === name);
  if (found === undefined) throw new Error(`no platform ${name}`);
  return found;
}

test("packages and ffi's list are what platforms.json gives", () => {
  expect(staleFiles()).toEqual([]);
});

test("all platform packages have one version with the others", () => {
  const [fixed] = JSON.parse(read(".changeset/config.json")).fixed;
  expect(fixed).toEqual(expect.arrayContaining(PLATFORMS.map(packageName)));
});

test("docs/platforms.md is made of docs/platforms.json, which has every platform", () => {
  const results = JSON.parse(read("docs/platforms.json"));
  expect(Object.keys(results)).toEqual(PLATFORMS.map(({ name }) => name));
  expect(read("docs/platforms.md")).toBe(platformPage(results));
  for (const { name, budget, target } of PLATFORMS) {
    expect(results[name].build).toMatchObject({ name, budget, target });
  }
});

test("nothing in the recorded results is wrong", () => {
  /** @type {import("../scripts/platform-page.mjs").PlatformResult[]} */
  const results = Object.values(JSON.parse(read("docs/platforms.json")));
  const tested = results.flatMap((result) => ("how" in result ? [result] : []));
  expect(tested.length).toBeGreaterThanOrEqual(6);
  for (const { build, programs, conformance } of tested) {
    expect([build.name, programs.failures, conformance.failures]).toEqual([build.name, [], []]);
    expect(conformance.passed).toBeGreaterThan(2800);
  }
});

describe("a name on the command line", () => {
  test("means that platform, a part of a name all that have it, none all there are", () => {
    const names = (/** @type {string[]} */ ...only) =>
      choosePlatforms(only).map(({ name }) => name);
    expect(names("linux-arm")).toEqual(["linux-arm"]);
    expect(names("darwin", "win32-x64")).toEqual(["win32-x64", "darwin-x64", "darwin-arm64"]);
    expect(names()).toEqual(PLATFORMS.map(({ name }) => name));
    expect(() => names("solaris")).toThrow(/there is no platform solaris; there are linux-x64, /);
  });
});

describe("a library is refused", () => {
  const linux = platform("linux-x64");
  const good = {
    exports: ["MXPredCreate", "MXPredFree"],
    imports: [],
    libraries: ["libc.so.6", "libm.so.6", "libpthread.so.0", "ld-linux-x86-64.so.2"],
    versions: ["GLIBC_2.2.5", "GLIBC_2.17"],
    stripped: true,
    name: "libpredict.so",
  };
  const declared = ["MXPredCreate", "MXPredFree"];
  /** @param {Partial<typeof good>} changes */
  const defects = (changes, size = 1000, of = linux) =>
    platformDefects(of, { ...good, ...changes }, size, declared);

  test("not when all is well", () => {
    expect(defects({})).toEqual([]);
  });

  test.each([
    [{ exports: ["MXPredCreate"] }, "MXPredFree is declared in the header but not exported"],
    [{ exports: [...declared, "lp_x"] }, "lp_x is exported but not declared in the header"],
    [{ libraries: ["libgcc_s.so.1"] }, "asks for libgcc_s.so.1, which is no part of the system"],
    [{ versions: ["GLIBC_2.34"] }, "asks for GLIBC_2.34; 2.17 is what it is built for"],
    [{ stripped: false }, "is not stripped"],
    [{ name: "libother.so" }, 'calls itself "libother.so"'],
  ])("with %j", (changes, text) => {
    expect(defects(changes)).toEqual([`linux-x64: libpredict.so ${text}`]);
  });

  test("above its budget", () => {
    expect(defects({}, linux.budget + 1)).toEqual([
      `linux-x64: libpredict.so has ${linux.budget + 1} bytes; platforms.json allows ${linux.budget}`,
    ]);
  });

  test("with threads that are no part of Windows", () => {
    const libraries = ["KERNEL32.dll", "api-ms-win-crt-heap-l1-1-0.dll", "libwinpthread-1.dll"];
    const found = defects(
      { libraries, versions: [], name: "predict.dll" },
      1000,
      platform("win32-x64"),
    );
    expect(found).toEqual([
      "win32-x64: predict.dll asks for libwinpthread-1.dll, which is no part of the system",
    ]);
  });
});

test("on 32-bit ARM only kernels that sum products use the vector unit", () => {
  const tune = platformTune(platform("linux-arm"));
  const cpu = (/** @type {string} */ file) =>
    tune(["-O2", "-mcpu=base"], file, readFileSync(join(PACKAGE_ROOT, "src", file), "utf8")).at(-1);
  for (const file of ["kernel/linear.c", "kernel/conv_winograd.c", "kernel/fully_connected.c"]) {
    expect(cpu(file)).toBe("-mcpu=generic+v7a");
  }
  for (const file of ["kernel/elementwise.c", "kernel/reduce.c", "op/op_cast.c"]) {
    expect(cpu(file)).not.toBe("-mcpu=generic+v7a");
  }
});
