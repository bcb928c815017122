/** Back end: the low-level layer of the Go binding. */
import type { Backend } from "./backend.js";

export const goBinding: Backend = {
  name: "go-binding",
  generate: () => [],
};
