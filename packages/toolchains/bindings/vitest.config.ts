import { defineProject } from "vitest/config";

export default defineProject({
  test: {
    name: "bindings",
    include: ["*-suite.test.ts"],
    // The conformance tests build the same bindings in the same folders: not at the same time.
    sequence: { groupOrder: 2 },
  },
});
