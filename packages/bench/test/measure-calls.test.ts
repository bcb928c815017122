import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { findCmake, findGo, findMaven, findPython } from "@libpredict/toolchains";
import { expect, it } from "vitest";

const main = fileURLToPath(new URL("../dist/main.js", import.meta.url));
const run = (...args: string[]) =>
  spawnSync(process.execPath, [main, ...args], { encoding: "utf8" });

it("measures every language whose toolchain is here, and says what the others need", () => {
  const folder = mkdtempSync(join(tmpdir(), "bench-"));
  const json = join(folder, "times.json");
  const { status, stdout, stderr } = run("calls", "1", "--json", json);
  expect(status, stderr).toBe(0);
  const times = JSON.parse(readFileSync(json, "utf8")) as Record<
    string,
    { forward_ns: number; round_trip_ns: number }
  >;
  rmSync(folder, { recursive: true });
  const toolchains = {
    "C++": findCmake(),
    Java: findMaven(),
    Go: findGo(),
    Python: findPython("numpy"),
  };
  for (const [language, found] of Object.entries(toolchains)) {
    if ("missing" in found) {
      expect(stdout).toContain(`skipped: ${language}: ${found.missing}`);
      expect(times).not.toHaveProperty([language]);
    } else {
      expect(times).toHaveProperty([language]);
    }
  }
  expect(times).toHaveProperty(["C"]);
  expect(times).toHaveProperty(["TypeScript"]);
  for (const [language, { forward_ns, round_trip_ns }] of Object.entries(times)) {
    expect(forward_ns, language).toBeGreaterThan(1);
    expect(round_trip_ns, language).toBeGreaterThan(forward_ns);
    expect(stdout).toMatch(
      new RegExp(`^${language.replaceAll("+", "\\+")} +${forward_ns.toFixed(0)} ns`, "m"),
    );
  }
}, 900_000);

it.each([["0"], ["two"], ["1", "2"], ["--fast"]])("refuses calls %s", (...args) => {
  const { status, stdout, stderr } = run("calls", ...args);
  expect(status).toBe(2);
  expect(stderr).toContain("usage: npm run bench");
  expect(stdout).toBe("");
});
