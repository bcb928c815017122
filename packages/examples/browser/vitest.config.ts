import { defineProject } from "vitest/config";

export default defineProject({
  test: {
    name: "browser",
    include: ["test/**/*.test.ts"],
    // A hang guard, not a measure: browsers are slow on busy machines.
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
