import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { findMaven } from "../src/find-java.js";
import { runCommand } from "../src/run-command.js";
import { type SuiteRun, showTests } from "../src/show-tests.js";
import { readJUnit } from "../src/test-results.js";
import type { Missing } from "../src/toolchain.js";
import { exampleFolder } from "./example-folder.js";

async function runMavenTest(): Promise<SuiteRun | Missing> {
  const maven = findMaven();
  if ("missing" in maven) {
    return maven;
  }
  const cwd = exampleFolder("java");
  const reports = join(cwd, "target", "surefire-reports");
  rmSync(reports, { recursive: true, force: true });
  const { code, stdout, stderr } = await runCommand([...maven.command, "test"], {
    cwd,
    environment: maven.environment,
  });
  const files = existsSync(reports)
    ? readdirSync(reports).filter((name) => name.endsWith(".xml"))
    : [];
  return {
    code,
    output: stdout + stderr,
    results: files.flatMap((name) => readJUnit(readFileSync(join(reports, name), "utf8"))),
  };
}

showTests(await runMavenTest());
