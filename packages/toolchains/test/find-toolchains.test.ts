import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { findCmake } from "../src/find-cmake.js";
import { findGo } from "../src/find-go.js";
import { findJava, findMaven } from "../src/find-java.js";
import { findPython } from "../src/find-python.js";

let folder: string;

/** A program that prints a line, on a PATH that has no other. */
function program(path: string, line: string, code = 0): string {
  const file = join(folder, path);
  mkdirSync(join(file, ".."), { recursive: true });
  writeFileSync(file, `#!/bin/sh\necho '${line}'\nexit ${code}\n`);
  chmodSync(file, 0o755);
  return file;
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "toolchains-"));
  vi.stubEnv("PATH", folder);
  for (const name of ["LIBPREDICT_PYTHON", "LIBPREDICT_REFERENCE_PYTHON", "CXX"]) {
    vi.stubEnv(name, "");
  }
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

it("a Python that is too old or lacks a module is passed over", () => {
  program("python3", "3.8");
  expect(findPython("numpy")).toEqual({
    missing:
      "no Python 3.9 with numpy; pip install numpy, and name that Python in LIBPREDICT_PYTHON",
  });
  program("python", "3.13");
  expect(findPython("numpy")).toMatchObject({ command: ["python"] });
  program("python", "3.13", 1);
  expect(findPython()).toEqual({
    missing: "no Python 3.9; install it, and name that Python in LIBPREDICT_PYTHON",
  });
});

it("LIBPREDICT_PYTHON is the only Python that is tried", () => {
  program("python3", "3.12");
  vi.stubEnv("LIBPREDICT_PYTHON", program("broken", "", 1));
  expect(findPython()).toHaveProperty("missing");
  const good = program("mine", "3.10");
  vi.stubEnv("LIBPREDICT_PYTHON", good);
  expect(findPython()).toMatchObject({ command: [good] });
});

it("Go is told apart by its version", () => {
  expect(findGo()).toEqual({ missing: "no go; install Go 1.25 or newer" });
  program("go", "go1.9.7");
  expect(findGo()).toEqual({ missing: "go 1.9.7; install Go 1.25 or newer" });
  program("go", "go1.26.8");
  expect(findGo()).toMatchObject({ command: ["go"] });
});

it("JAVA_HOME counts if it is a JDK that is new enough", () => {
  const home = join(folder, "jdk");
  program("jdk/bin/javac", "");
  program("mvn", "Apache Maven 3.8.7");
  writeFileSync(join(home, "release"), 'IMPLEMENTOR="x"\nJAVA_VERSION="22.0.1"\n');
  vi.stubEnv("JAVA_HOME", home);
  expect(findMaven()).toMatchObject({ environment: { JAVA_HOME: home } });
  expect(findJava()).toMatchObject({ command: [join(home, "bin/java")] });
  writeFileSync(join(home, "release"), 'JAVA_VERSION="17.0.9"\n');
  const found = findMaven();
  expect("environment" in found ? found.environment["JAVA_HOME"] : "").not.toBe(home);
});

it("Maven is needed besides the JDK", () => {
  program("jdk/bin/javac", "");
  writeFileSync(join(folder, "jdk", "release"), 'JAVA_VERSION="25"\n');
  vi.stubEnv("JAVA_HOME", join(folder, "jdk"));
  expect(findMaven()).toEqual({ missing: "no mvn; install Maven (apt-get install maven)" });
});

it("C++ needs a compiler and CMake; $CXX comes first", () => {
  expect(findCmake()).toEqual({
    missing: "no C++ compiler; install one (apt-get install g++)",
  });
  program("c++", "c++ 12");
  expect(findCmake()).toEqual({
    missing: "no cmake; install it (apt-get install cmake make)",
  });
  program("cmake", "cmake version 3.25.1");
  expect(findCmake()).toMatchObject({ environment: { CXX: "c++" } });
  const mine = program("mine", "c++ 13");
  vi.stubEnv("CXX", mine);
  expect(findCmake()).toMatchObject({ environment: { CXX: mine } });
});
