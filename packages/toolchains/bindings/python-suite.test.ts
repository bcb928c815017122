import { mkdtempSync, rmSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findPython } from "../src/find-python.js";
import { runCommand } from "../src/run-command.js";
import { type SuiteRun, showTests } from "../src/show-tests.js";
import { readJUnit } from "../src/test-results.js";
import type { Missing } from "../src/toolchain.js";
import { exampleFolder } from "./example-folder.js";

async function runPytest(): Promise<SuiteRun | Missing> {
  const python = findPython("numpy", "pytest");
  if ("missing" in python) {
    return python;
  }
  const folder = mkdtempSync(join(tmpdir(), "pytest-"));
  const report = join(folder, "junit.xml");
  const { code, stdout, stderr } = await runCommand(
    [...python.command, "-m", "pytest", "-p", "no:cacheprovider", `--junitxml=${report}`],
    { cwd: exampleFolder("python") },
  );
  const xml = await readFile(report, "utf8").catch(() => "");
  rmSync(folder, { recursive: true });
  return { code, output: stdout + stderr, results: xml === "" ? [] : readJUnit(xml) };
}

showTests(await runPytest());
