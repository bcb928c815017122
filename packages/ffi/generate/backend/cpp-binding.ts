/** Back end: the low-level layer of the C++ binding. */
import type { Backend } from "./backend.js";

export const cppBinding: Backend = {
  name: "cpp-binding",
  generate: () => [],
};
