import { defineProject } from "vitest/config";

export default defineProject({
  test: {
    name: "bench",
    include: ["test/**/*.test.ts"],
    // It builds every binding, as the tests of the bindings do: not at the same time.
    sequence: { groupOrder: 3 },
  },
});
