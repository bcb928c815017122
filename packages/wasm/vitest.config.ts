import { defineProject } from "vitest/config";

export default defineProject({
  test: {
    name: "wasm",
    include: ["test/**/*.test.ts"],
    // Some tests start a browser, on machines that are busy; none judges a time.
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
