import { defineProject } from "vitest/config";

export default defineProject({
  test: {
    name: "cli",
    include: ["test/**/*.test.ts"],
    // A hang guard, not a measure: the demo runs in processes of its own, on busy machines too.
    testTimeout: 60_000,
    // Tests wait for processes of their own most of the time.
    maxWorkers: 3,
  },
});
