/**
 * The conformance runner's command line.
 *
 *   node dist/cli.js --harness "<command>" [--library path] [--filter text] [--known file]
 *                    [--json file] [--cases folder] [--timeout ms] [--environment NAME=value]...
 *
 * Ends with 0 if every case passes or differs as listed, 1 if not, 2 if the arguments are unusable.
 */

import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { casesFolder, readCases } from "./case-files.js";
import { readKnownDifferences } from "./known-differences.js";
import { runSuite } from "./suite-runner.js";
import { summarise } from "./summary.js";

const usage =
  'usage: --harness "<command>" [--library path] [--filter text] [--known file] [--json file] ' +
  "[--cases folder] [--timeout ms] [--environment NAME=value]...";

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      harness: { type: "string" },
      library: { type: "string" },
      filter: { type: "string" },
      known: { type: "string" },
      json: { type: "string" },
      cases: { type: "string", default: casesFolder },
      timeout: { type: "string", default: "30000" },
      environment: { type: "string", multiple: true, default: [] },
    },
  });
  if (values.harness === undefined) {
    console.error(usage);
    return 2;
  }
  const command = values.harness.split(" ").filter((word) => word !== "");
  const report = await runSuite({
    command: values.library === undefined ? command : [...command, values.library],
    timeoutMs: Number(values.timeout),
    environment: Object.fromEntries(
      values.environment.map((pair) => {
        const equals = pair.indexOf("=");
        return [pair.slice(0, equals), pair.slice(equals + 1)];
      }),
    ),
    cases: readCases(values.cases),
    ...(values.filter === undefined ? {} : { filter: values.filter }),
    ...(values.known === undefined ? {} : { known: readKnownDifferences(values.known) }),
  });
  console.log(summarise(report));
  if (values.json !== undefined) {
    writeFileSync(values.json, `${JSON.stringify(report, undefined, 1)}\n`);
  }
  return report.ok ? 0 : 1;
}

try {
  process.exitCode = await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 2;
}
