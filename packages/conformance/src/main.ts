/**
 * `npm run conformance`: all cases through the TypeScript harness, and those whose stray pointers its
 * binding refuses through the Python harness; with libpredict and, where it is installed, with the
 * reference. The last line counts all runs; ends with 0 if nothing failed.
 */

import {
  findPython,
  findReference,
  runLibrary,
  runPointerCases,
  runReference,
} from "./library-runs.js";
import { summarise } from "./summary.js";

const own = await runLibrary(process.argv[2]);
const reports = [own];
const missing: string[] = [];
const python = findPython();
if (python === undefined) {
  missing.push("cases with stray pointers (install python3)");
} else {
  reports.push(await runPointerCases(python, own.library, false));
}
const reference = findReference();
if ("missing" in reference) {
  missing.push(`the reference (${reference.missing})`);
} else {
  reports.push(await runReference(reference.library));
  if (python !== undefined) {
    reports.push(await runPointerCases(python, reference.library, true));
  }
}
for (const report of reports) {
  console.log(summarise(report));
}
let passed = 0;
let failed = 0;
for (const { counts, problems } of reports) {
  passed += counts.pass + counts.known;
  failed += counts.fail + counts.crash + counts.timeout + counts.changed + problems.length;
}
for (const what of missing) {
  console.log(`skipped: ${what}`);
  failed += process.env["LIBPREDICT_REQUIRE_ALL"] === "1" ? 1 : 0;
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
