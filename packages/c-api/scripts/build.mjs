// Builds the library from a bare checkout with nothing but Node and a C compiler.
// Usage: node scripts/build.mjs        $CC, $CFLAGS, LIBPREDICT_WERROR=1
//
// Makes dist/lib/libpredict.so and the same under the names that old programs look for,
// dist/include/c_predict_api.h and dist/amalgamation/, and copies the library into the platform
// package of this machine.

import { mkdirSync, readFileSync, renameSync, rmSync, statSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { sourceDigits, sourceHash, writeAmalgamation, writeWhole } from "./amalgamate.mjs";
import { publicFunctions } from "./c-text.mjs";
import { CompilerError, findCompiler } from "./compiler.mjs";
import {
  BuildError,
  compileEngine,
  compileFlags,
  PACKAGE_ROOT,
  runTool,
  SHIPPED_FLAGS,
  shippedFlags,
  sourceList,
} from "./objects.mjs";
import { placeLibrary } from "./platform-library.mjs";
import { exportedSymbols, symbolDifferences } from "./symbols.mjs";

const LIBRARY = "libpredict.so";
/** The names under which old programs look for the library. */
const OLD_NAMES = ["libmxnet_predict.so", "libmxnet.so"];
const ELF = process.platform === "linux";

/**
 * @param {import("./compiler.mjs").Compiler} compiler
 * @param {string[]} objects
 * @param {string} name What the file is called, and what the library calls itself.
 */
async function linkLibrary(compiler, objects, name) {
  const folder = join(PACKAGE_ROOT, "dist", "lib");
  mkdirSync(folder, { recursive: true });
  const library = join(folder, name);
  const partial = `${library}.${process.pid}`;
  // nodelete: a plug-in that is closed while a predictor lives takes the code away from under the
  // predictor's threads. MXNet's library stayed loaded too.
  const elfFlags = ELF
    ? [`-Wl,-soname,${name}`, "-Wl,-z,defs", "-Wl,-z,nodelete", "-Wl,-z,noseparate-code", "-s"]
    : [];
  await runTool([
    ...compiler.command,
    "-shared",
    ...objects,
    "-o",
    partial,
    ...elfFlags,
    "-lm",
    "-pthread",
  ]);
  checkExports(partial);
  renameSync(partial, library);
  return library;
}

/** @param {string} name */
function linkAlias(name) {
  const alias = join(PACKAGE_ROOT, "dist", "lib", name);
  const partial = `${alias}.${process.pid}`;
  symlinkSync(LIBRARY, partial);
  renameSync(partial, alias);
}

/** @param {string} library */
function checkExports(library) {
  const exported = exportedSymbols(library);
  if (exported === undefined) {
    console.error("c-api: exported symbols not checked: no nm found (install binutils)");
    return;
  }
  const header = readFileSync(join(PACKAGE_ROOT, "include", "c_predict_api.h"), "utf8");
  const differences = symbolDifferences(publicFunctions(header), exported);
  if (differences.length > 0) {
    rmSync(library);
    throw new BuildError(differences.join("\n"));
  }
}

async function build() {
  const compiler = findCompiler();
  const header = readFileSync(join(PACKAGE_ROOT, "include", "c_predict_api.h"), "utf8");
  writeWhole(join(PACKAGE_ROOT, "dist", "include", "c_predict_api.h"), header);
  const source = sourceDigits(sourceHash());
  const flags = compileFlags(PACKAGE_ROOT, SHIPPED_FLAGS);
  const { objects, broken } = await compileEngine(compiler, flags, { source, tune: shippedFlags });
  if (broken.length > 0) throw new BuildError(broken.join("\n"));
  const library = await linkLibrary(compiler, objects, LIBRARY);
  for (const name of OLD_NAMES) {
    // ldconfig knows a library by the name that it gives itself, so a symbolic link would not be
    // found in /usr/local/lib: each name is a library of its own.
    if (ELF) await linkLibrary(compiler, objects, name);
    else linkAlias(name);
  }
  writeAmalgamation();
  placeLibrary(library);
  const kilobytes = Math.round(statSync(library).size / 1024);
  console.log(
    `c-api: ${LIBRARY} ${kilobytes} KiB from ${sourceList().length} files (${compiler.label})`,
  );
}

try {
  await build();
} catch (error) {
  if (!(error instanceof BuildError) && !(error instanceof CompilerError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
