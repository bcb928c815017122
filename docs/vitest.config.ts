import { defineProject } from "vitest/config";

export default defineProject({
  test: {
    name: "docs",
    include: ["test/**/*.test.ts"],
    // A hang guard, not a measure: examples compile and run in processes of their own.
    testTimeout: 300_000,
    hookTimeout: 300_000,
  },
});
