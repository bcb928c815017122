// Writes dist/amalgamation/{predict.c,c_predict_api.h}, and checks what a program gets with them.
// Usage: node scripts/check-amalgamation.mjs        $CC; also `pnpm amalgamate`
//
// What amalgamate.mjs finds in the text of the sources, and here, by the compiler: every header
// compiles alone, as C11 and as C++11; c_predict_api.h leaves no macro behind; predict.c compiles
// with no flags, exports the header's functions alone, and needs nothing but the system.

import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { writeAmalgamation } from "./amalgamate.mjs";
import { publicFunctions } from "./c-text.mjs";
import { CompilerError, findCompiler } from "./compiler.mjs";
import {
  compilesCpp,
  headersOf,
  headersThatLean,
  leakedMacros,
  PUBLIC_HEADER,
} from "./header-checks.mjs";
import { BuildError, PACKAGE_ROOT, runTool } from "./objects.mjs";
import { exportedSymbols, symbolDifferences, undefinedSymbols } from "./symbols.mjs";
import { foreignSymbols } from "./system-symbols.mjs";

/** The file is kept below this: a person should still be able to open it. */
export const MOST_LINES = 25_000;

/**
 * @param {string[]} compiler
 * @param {string} root Folder that has include/, src/ and amalgamate/.
 * @param {string} destination
 * @returns {Promise<{ bytes: number, lines: number, notes: string[] }>} `notes`: what was not
 *   checked, and why.
 * @throws {BuildError} Every breach that was found; the first kind of check that fails ends it.
 */
export async function makeAmalgamation(compiler, root, destination) {
  const text = writeAmalgamation(root, destination);
  const lines = text.split("\n").length - 1;
  const cpp = (await compilesCpp(compiler)) ? compiler : ["c++"];
  const hasCpp = cpp === compiler || (await compilesCpp(cpp));
  const notes = hasCpp ? [] : ["headers not compiled as C++: no C++ compiler (install g++)"];
  const headers = headersOf(root);
  refuse([
    ...(lines >= MOST_LINES ? [`predict.c has ${lines} lines, allowed are ${MOST_LINES - 1}`] : []),
    ...(await leakedMacros(compiler, root)),
    ...(await headersThatLean(compiler, "C11", root, headers)),
    ...(hasCpp ? await headersThatLean(cpp, "C++11", root, headers) : []),
  ]);
  notes.push(...(await checkObject(compiler, destination)));
  return { bytes: Buffer.byteLength(text), lines, notes };
}

/** @param {string[]} compiler @param {string} folder Has the two files. */
async function checkObject(compiler, folder) {
  const work = mkdtempSync(join(tmpdir(), "libpredict-object-"));
  try {
    const object = join(work, "predict.o");
    await runTool([...compiler, "-c", join(folder, "predict.c"), "-o", object]);
    const exported = exportedSymbols(object, true);
    const needed = undefinedSymbols(object, true);
    if (exported === undefined || needed === undefined)
      return ["symbols not checked: no nm (install binutils)"];
    const header = readFileSync(join(folder, PUBLIC_HEADER), "utf8");
    refuse([
      ...symbolDifferences(publicFunctions(header), exported),
      ...(process.platform === "linux" ? foreignSymbols(needed) : []),
    ]);
    return [];
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** @param {string[]} breaches */
function refuse(breaches) {
  if (breaches.length > 0) throw new BuildError(breaches.join("\n"));
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  try {
    const folder = join(PACKAGE_ROOT, "dist", "amalgamation");
    const made = await makeAmalgamation(findCompiler().command, PACKAGE_ROOT, folder);
    for (const note of made.notes) console.error(`amalgamation: ${note}`);
    console.log(
      `packages/c-api/dist/amalgamation/predict.c: ${made.lines} lines, ${Math.round(made.bytes / 1024)} KiB`,
    );
  } catch (error) {
    if (!(error instanceof BuildError) && !(error instanceof CompilerError)) throw error;
    console.error(error.message);
    process.exitCode = 1;
  }
}
