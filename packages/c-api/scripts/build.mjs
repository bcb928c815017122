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
import { leakedMacros, PUBLIC_HEADER } from "./header-checks.mjs";
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
import { exportedSymbols, symbolDifferences, undefinedSymbols } from "./symbols.mjs";
import { foreignSymbols } from "./system-symbols.mjs";

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
  checkSymbols(partial);
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
function checkSymbols(library) {
  const exported = exportedSymbols(library);
  const needed = undefinedSymbols(library);
  if (exported === undefined || needed === undefined) {
    console.error("c-api: symbols not checked: no nm found (install binutils)");
    return;
  }
  const header = readFileSync(join(PACKAGE_ROOT, "include", PUBLIC_HEADER), "utf8");
  const breaches = [
    ...symbolDifferences(publicFunctions(header), exported),
    // The names of other systems differ, and the caller's flags may need more: sanitizers, coverage.
    ...(ELF && !process.env["CFLAGS"] ? foreignSymbols(needed) : []),
  ];
  if (breaches.length > 0) {
    rmSync(library);
    throw new BuildError(breaches.join("\n"));
  }
}

async function build() {
  const compiler = findCompiler();
  const leaked = await leakedMacros(compiler.command, PACKAGE_ROOT);
  if (leaked.length > 0) throw new BuildError(leaked.join("\n"));
  const header = readFileSync(join(PACKAGE_ROOT, "include", PUBLIC_HEADER), "utf8");
  writeWhole(join(PACKAGE_ROOT, "dist", "include", PUBLIC_HEADER), header);
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
