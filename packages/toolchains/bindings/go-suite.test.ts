import { findGo } from "../src/find-go.js";
import { runCommand } from "../src/run-command.js";
import { type SuiteRun, showTests } from "../src/show-tests.js";
import { readGoTest } from "../src/test-results.js";
import type { Missing } from "../src/toolchain.js";
import { exampleFolder } from "./example-folder.js";

async function runGoTest(): Promise<SuiteRun | Missing> {
  const go = findGo();
  if ("missing" in go) {
    return go;
  }
  const cwd = exampleFolder("go");
  const vet = await runCommand([...go.command, "vet", "./..."], { cwd });
  const formatted = await runCommand(["gofmt", "-l", "."], { cwd });
  const race = await runCommand([...go.command, "test", "-count=1", "-race", "-json", "./..."], {
    cwd,
  });
  const pure = await runCommand([...go.command, "test", "-count=1", "-json", "./..."], {
    cwd,
    environment: { CGO_ENABLED: "0" },
  });
  const check = (name: string, text: string) =>
    ({ group: "sources", name, outcome: text === "" ? "passed" : "failed", detail: text }) as const;
  const withRace = readGoTest(race.stdout);
  const withoutCgo = readGoTest(pure.stdout);
  // Measures of memory and allocations mean nothing under the race detector: the other run has them.
  const ruledOut = withRace.filter(
    ({ group, name, outcome }) =>
      outcome === "skipped" &&
      withoutCgo.some(
        (one) => one.group === group && one.name === name && one.outcome === "passed",
      ),
  );
  return {
    code: Math.max(race.code, pure.code),
    output: race.stdout + race.stderr + pure.stdout + pure.stderr,
    results: [
      check("go vet finds nothing", vet.code === 0 ? "" : vet.stdout + vet.stderr),
      check("gofmt finds nothing", formatted.stdout + formatted.stderr),
      ...withRace
        .filter((one) => !ruledOut.includes(one))
        .map((one) => ({ ...one, group: `${one.group} -race` })),
      ...withoutCgo.map((one) => ({ ...one, group: `${one.group} without cgo` })),
    ],
  };
}

showTests(await runGoTest());
