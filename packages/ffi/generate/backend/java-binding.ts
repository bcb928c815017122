/** Back end: the low-level layer of the Java binding. */
import type { Backend } from "./backend.js";

export const javaBinding: Backend = {
  name: "java-binding",
  generate: () => [],
};
