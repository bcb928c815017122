import { defineProject } from "vitest/config";

export default defineProject({
  test: {
    name: "c-api",
    include: ["test-scripts/**/*.test.mjs"],
    testTimeout: 600_000,
    hookTimeout: 600_000,
  },
});
