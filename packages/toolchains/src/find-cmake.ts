/** Finds CMake and a C++ compiler for it. */

import { firstLine, type Toolchain } from "./toolchain.js";

export function findCmake(): Toolchain {
  const compilers = [process.env["CXX"], "c++", "g++", "clang++"];
  const compiler = compilers.find((name) => name && firstLine(name, "--version") !== undefined);
  if (compiler === undefined) {
    return { missing: "no C++ compiler; install one (apt-get install g++)" };
  }
  if (firstLine("cmake", "--version") === undefined) {
    return { missing: "no cmake; install it (apt-get install cmake make)" };
  }
  return { command: ["cmake"], environment: { CXX: compiler } };
}
