import { defineProject } from "vitest/config";

export default defineProject({
  test: {
    name: "cli",
    include: ["test/**/*.test.ts"],
    // A hang guard, not a measure: the demo runs in processes of its own, on busy machines too.
    testTimeout: 60_000,
    // Tests wait for processes of their own most of the time. Another number of workers than the
    // other projects have needs a turn of its own.
    maxWorkers: 3,
    sequence: { groupOrder: 1 },
  },
});
