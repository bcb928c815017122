/** Toolchains of other languages: where they are, and what their test runners say. */

export { findCmake } from "./find-cmake.js";
export { findGo } from "./find-go.js";
export { findJava, findMaven } from "./find-java.js";
export { findPython } from "./find-python.js";
export { type CommandOptions, type CommandResult, runBuild, runCommand } from "./run-command.js";
export { readGoTest, readJUnit, type TestResult } from "./test-results.js";
export type { Found, Missing, Toolchain } from "./toolchain.js";
