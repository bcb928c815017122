import { mkdtempSync, rmSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findCmake } from "../src/find-cmake.js";
import { runCommand } from "../src/run-command.js";
import { type SuiteRun, showTests } from "../src/show-tests.js";
import { readJUnit } from "../src/test-results.js";
import type { Missing } from "../src/toolchain.js";
import { exampleFolder } from "./example-folder.js";

async function runCtest(): Promise<SuiteRun | Missing> {
  const cmake = findCmake();
  if ("missing" in cmake) {
    return cmake;
  }
  const cwd = exampleFolder("cpp");
  const folder = mkdtempSync(join(tmpdir(), "ctest-"));
  const report = join(folder, "junit.xml");
  const options = { cwd, environment: cmake.environment };
  let output = "";
  let code = 0;
  for (const command of [
    [...cmake.command, "-S", ".", "-B", "build"],
    [...cmake.command, "--build", "build", "--parallel", "2"],
    ["ctest", "--test-dir", "build", "--output-junit", report],
  ]) {
    const result = await runCommand(command, options);
    output += result.stdout + result.stderr;
    code = result.code;
    if (code !== 0) {
      break;
    }
  }
  const xml = await readFile(report, "utf8").catch(() => "");
  rmSync(folder, { recursive: true });
  return { code, output, results: xml === "" ? [] : readJUnit(xml) };
}

showTests(await runCtest());
