import { defineProject } from "vitest/config";

export default defineProject({
  test: {
    name: "release",
    include: ["test/**/*.test.mjs"],
    globalSetup: ["test/pack-and-install.mjs"],
    // Package managers and bundlers run, on machines that are busy; none judges a time.
    testTimeout: 300_000,
    hookTimeout: 300_000,
  },
});
