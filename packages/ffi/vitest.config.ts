import { defineProject } from "vitest/config";

export default defineProject({
  test: {
    name: "ffi",
    include: ["test/**/*.test.ts"],
    // Some tests compile, or start processes, on machines that are busy; none judges a time.
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
