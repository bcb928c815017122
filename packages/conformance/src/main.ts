/**
 * `npm run conformance`: all cases through the TypeScript harness, with libpredict and, where it is
 * installed, with the reference. Ends with 0 if both are as they should be.
 */

import { findReference, runLibrary, runReference } from "./library-runs.js";
import { summarise } from "./summary.js";

const own = await runLibrary(process.argv[2]);
console.log(summarise(own));
let ok = own.ok;
const reference = findReference();
if ("library" in reference) {
  const report = await runReference(reference.library);
  console.log(summarise(report));
  ok &&= report.ok;
} else {
  console.log(`skipped: the reference (${reference.missing})`);
  ok &&= process.env["LIBPREDICT_REQUIRE_ALL"] !== "1";
}
process.exitCode = ok ? 0 : 1;
