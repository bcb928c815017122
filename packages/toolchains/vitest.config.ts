import { defineProject } from "vitest/config";

export default defineProject({
  test: {
    name: "toolchains",
    include: ["test/**/*.test.ts"],
  },
});
