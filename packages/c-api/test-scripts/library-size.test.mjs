// What the library weighs that is shipped.

import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { PACKAGE_ROOT } from "../scripts/objects.mjs";
import { libraryBytes, TIERS } from "../scripts/tier-sizes.mjs";

/** Bytes: 900 KB; all operators and all three levels of kernels are in it. */
const MOST = 900 * 1024;
/** Bytes: 600 KB, with the operators of classic networks alone. */
const MOST_FOR_CLASSIC_NETWORKS = 600 * 1024;
const CPU_AND_SYSTEM = `${process.arch} ${process.platform}`;

test("the stripped library stays within its size", (context) => {
  const library = join(PACKAGE_ROOT, "dist", "lib", "libpredict.so");
  if (CPU_AND_SYSTEM !== "x64 linux" || !existsSync(library)) {
    context.skip("no library of linux-x64 is built here; npm run build makes one");
  }
  expect(statSync(library).size).toBeLessThanOrEqual(MOST);
});

test("with the operators of tier T1 alone it is as small as before the others came", {
  timeout: 600_000,
}, async (context) => {
  if (CPU_AND_SYSTEM !== "x64 linux") context.skip("the size is agreed for linux-x64");
  expect(await libraryBytes("T1", TIERS.T1)).toBeLessThanOrEqual(MOST_FOR_CLASSIC_NETWORKS);
});
