// What each tier of operators adds to the stripped library: builds it with the rooms of
// src/op/ops_*.h that a tier and those before it have, everything else as it is shipped.
// Usage: node scripts/tier-sizes.mjs        $CC, $CFLAGS

import { mkdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { writeWhole } from "./amalgamate.mjs";
import { findCompiler } from "./compiler.mjs";
import {
  BuildError,
  compileEngine,
  compileFlags,
  PACKAGE_ROOT,
  runTool,
  SHIPPED_FLAGS,
  shippedFlags,
} from "./objects.mjs";

/** The rooms that each tier adds; a few operators of T2 share rooms with T1. */
export const TIERS = {
  T1: ["convolution", "elementwise", "layer", "matrix"],
  T2: ["array", "detection", "spatial"],
  T3: ["sequence"],
  T4: ["quantized"],
};

/** Parts of base/parts.h that every tier has. */
const PARTS = ["LEVELS", "FAST", "CHAINS", "DTYPES", "OLD_FILES", "REPORTS", "TEXTS"];
/** Those that sequences need. */
const SEQUENCE_PARTS = ["SUBGRAPHS", "WIDE_FUNCTIONS"];

/** @param {string[]} rooms */
function configText(rooms) {
  return [
    ...rooms.map((room) => `#include "op/ops_${room}.h"`),
    `#define LP_CONFIG_OPERATORS(X) ${rooms.map((room) => `LP_OPS_${room.toUpperCase()}(X)`).join(" ")}`,
    `#define LP_CONFIG_NAMES "those of the rooms ${rooms.join(", ")}"`,
    ...PARTS.map((part) => `#define LP_WITH_${part} 1`),
    ...SEQUENCE_PARTS.map(
      (part) => `#define LP_WITH_${part} ${rooms.includes("sequence") ? 1 : 0}`,
    ),
    "",
  ].join("\n");
}

/**
 * Builds a library that has some rooms only.
 *
 * @param {string} name Of the build.
 * @param {string[]} rooms
 * @returns {Promise<number>} Bytes of the stripped library.
 */
export async function libraryBytes(name, rooms) {
  const folder = join(PACKAGE_ROOT, "build", `rooms-${name}`);
  mkdirSync(folder, { recursive: true });
  writeWhole(join(folder, "predict_config.h"), configText(rooms));
  const compiler = findCompiler();
  // What no operator of the table refers to is left out by the linker.
  const sections = ["-ffunction-sections", "-fdata-sections", "-DLP_MINIMAL", `-I${folder}`];
  const flags = [...compileFlags(PACKAGE_ROOT, SHIPPED_FLAGS), ...sections];
  const { objects, broken } = await compileEngine(compiler, flags, { tune: shippedFlags });
  if (broken.length > 0) throw new BuildError(broken.join("\n"));
  const library = join(folder, "libpredict.so");
  const link = ["-Wl,--gc-sections", "-Wl,-z,noseparate-code", "-s", "-lm", "-pthread"];
  await runTool([...compiler.command, "-shared", ...objects, "-o", library, ...link]);
  return statSync(library).size;
}

async function main() {
  /** @type {string[]} */
  const rooms = [];
  let before = 0;
  for (const [tier, added] of Object.entries(TIERS)) {
    rooms.push(...added);
    const bytes = await libraryBytes(tier, rooms);
    console.log(`up to ${tier}: ${bytes} bytes${before > 0 ? `, ${bytes - before} more` : ""}`);
    before = bytes;
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) await main();
