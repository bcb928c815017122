import { defineConfig } from "vitest/config";
import type { Reporter } from "vitest/node";

/** Ends a run with every reason for which tests were skipped, and how many each one cost. */
const skipReasons: Reporter = {
  onTestRunEnd(modules) {
    const counts = new Map<string, number>();
    for (const module of modules) {
      for (const test of module.children.allTests("skipped")) {
        const result = test.result();
        const reason = (result.state === "skipped" && result.note) || "no reason given";
        counts.set(reason, (counts.get(reason) ?? 0) + 1);
      }
    }
    for (const [reason, count] of counts) console.log(`skipped ${count}: ${reason}`);
  },
};

export default defineConfig({
  test: {
    projects: [
      "docs",
      "packages/c-api",
      "packages/ffi",
      "packages/toolchains",
      "packages/toolchains/bindings",
      "packages/bench",
      "packages/core",
      "packages/wasm",
      "packages/wasm/core-tests",
      "packages/conformance",
      "packages/cli",
      "packages/examples/typescript",
      "packages/examples/browser",
      "packages/examples/faces",
      "packages/examples/server",
      "scripts",
    ],
    // By default a machine of two processors gets one worker; many tests wait for compilers and others.
    maxWorkers: 2,
    reporters: ["default", skipReasons],
  },
});
