import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    projects: [
      "packages/c-api",
      "packages/ffi",
      "packages/core",
      "packages/conformance",
      "packages/examples/typescript",
    ],
  },
});
