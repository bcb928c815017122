/** Back end: the low-level layer of the Python binding. */
import type { Backend } from "./backend.js";

export const pythonBinding: Backend = {
  name: "python-binding",
  generate: () => [],
};
