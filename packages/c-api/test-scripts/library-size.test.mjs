// What the library weighs that is shipped.

import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { PACKAGE_ROOT } from "../scripts/objects.mjs";

/** Bytes: 900 KB; all three levels of kernels are in it. */
const MOST = 900 * 1024;

test("the stripped library stays within its size", (context) => {
  const library = join(PACKAGE_ROOT, "dist", "lib", "libpredict.so");
  if (process.platform !== "linux" || process.arch !== "x64" || !existsSync(library)) {
    context.skip("no library of linux-x64 is built here; npm run build makes one");
  }
  expect(statSync(library).size).toBeLessThanOrEqual(MOST);
});
