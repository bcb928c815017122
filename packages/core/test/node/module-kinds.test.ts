// The package taken by its name, from both kinds of modules.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

it.each([
  ["CommonJS", "use-core.cjs"],
  ["ES modules", "use-core.mjs"],
])("works from %s", (_kind, file) => {
  const script = fileURLToPath(new URL(`../fake/${file}`, import.meta.url));
  const { stdout, stderr, status } = spawnSync(process.execPath, [script], { encoding: "utf8" });
  // Node 20 and 22 say that require of ES modules is experimental; nothing else is said.
  const said = stderr.replace(/^.*(ExperimentalWarning|--trace-warnings).*\n/gm, "");
  expect({ stdout, said, status }).toEqual({
    stdout: "[ 1, 10 ] true\ntrue\n",
    said: "",
    status: 0,
  });
});
