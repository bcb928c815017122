/**
 * `npm run conformance`: all cases through the TypeScript harness, with libpredict and, where it is
 * installed, with the reference. The last line counts both runs; ends with 0 if nothing failed.
 */

import { findReference, runLibrary, runReference } from "./library-runs.js";
import { summarise } from "./summary.js";

const reports = [await runLibrary(process.argv[2])];
const reference = findReference();
if ("library" in reference) {
  reports.push(await runReference(reference.library));
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
if ("missing" in reference) {
  console.log(`skipped: the reference (${reference.missing})`);
  failed += process.env["LIBPREDICT_REQUIRE_ALL"] === "1" ? 1 : 0;
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
