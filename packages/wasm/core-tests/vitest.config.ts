import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { defineProject } from "vitest/config";

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));

/** Tests of core that speak of no backend, with this package in core's place. */
const names = [
  "digits-golden",
  "hostile-arguments",
  "http-load",
  "native-classifier",
  "native-pool",
  "label-files",
];
const isBuilt = existsSync(path("../dist/predict.wasm"));

export default defineProject({
  resolve: {
    alias: [{ find: /^\.\.\/\.\.\/src\/node\.js$/, replacement: path("../dist/node.js") }],
  },
  test: {
    name: "wasm as core",
    root: path("../.."),
    include:
      isBuilt || process.env["LIBPREDICT_REQUIRE_ALL"] === "1"
        ? names.map((name) => `core/test/node/${name}.test.ts`)
        : ["wasm/core-tests/not-built.test.ts"],
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
