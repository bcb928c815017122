// Compiles the engine to the modules of this package.

import { mkdirSync, readFileSync, renameSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { publicFunctions } from "../../c-api/scripts/c-text.mjs";
import {
  BuildError,
  compileEngine,
  PACKAGE_ROOT as ENGINE,
  packageVersion,
  runTool,
  SHIPPED_FLAGS,
  shippedFlags,
  WARNING_FLAGS,
  warningsAreErrors,
} from "../../c-api/scripts/objects.mjs";
import { INSTALL_LINE, MODULE_FLAGS } from "./wasm-compiler.mjs";

/**
 * The memory may grow to 4 GB less one page. No -O: with one, clang calls whatever wasm-opt there
 * is, and old ones do not know every instruction.
 */
const LINK_FLAGS = [
  "-mexec-model=reactor",
  "-Wl,-z,stack-size=1048576",
  "-Wl,--max-memory=4294901760",
  "-Wl,--export-table",
  "-Wl,--growable-table",
  "-Wl,--strip-all",
  "-Wl,--gc-sections",
];

/**
 * Makes the modules that the compiler can make; of the others, none is left.
 *
 * @param {import("./wasm-compiler.mjs").WasmCompiler | undefined} compiler
 * @param {string} source What the modules say of their sources.
 * @param {string} folder Where they go.
 * @returns {Promise<string[]>} A line to tell for each, and one for all that are not made.
 */
export async function compileModules(compiler, source, folder) {
  const lines = [];
  const absent = [];
  const names = /** @type {import("./wasm-compiler.mjs").ModuleName[]} */ (
    Object.keys(MODULE_FLAGS)
  );
  for (const name of names) {
    if (compiler?.modules.includes(name)) {
      const size = await compileModule(compiler, name, source, folder);
      lines.push(`wasm: ${name}.wasm ${Math.round(size / 1024)} KiB (${compiler.label})`);
    } else {
      rmSync(join(folder, `${name}.wasm`), { force: true });
      absent.push(`${name}.wasm`);
    }
  }
  if (absent.length > 0)
    lines.push(
      `wasm: not built, for there is no compiler for it: ${absent.join(", ")}. To build: ${INSTALL_LINE}`,
    );
  return lines;
}

/**
 * @param {import("./wasm-compiler.mjs").WasmCompiler} compiler
 * @param {import("./wasm-compiler.mjs").ModuleName} name
 * @param {string} source What the module says of its sources.
 * @param {string} folder Where it goes.
 * @returns {Promise<number>} Its size.
 */
async function compileModule(compiler, name, source, folder) {
  const flags = [
    ...SHIPPED_FLAGS,
    ...MODULE_FLAGS[name],
    "-fvisibility=hidden",
    ...WARNING_FLAGS,
    ...(warningsAreErrors() ? ["-Werror"] : []),
    "-DLP_BUILD",
    "-DLP_NO_THREADS",
    `-DLP_VERSION="${packageVersion()}"`,
    `-I${join(ENGINE, "include")}`,
    `-I${join(ENGINE, "src")}`,
  ];
  const { objects, broken } = await compileEngine(compiler, flags, { source, tune });
  if (broken.length > 0) throw new BuildError(broken.join("\n"));
  const header = readFileSync(join(ENGINE, "include", "c_predict_api.h"), "utf8");
  const exported = [...publicFunctions(header), "malloc", "free"];
  mkdirSync(folder, { recursive: true });
  const module = join(folder, `${name}.wasm`);
  const partial = `${module}.${process.pid}`;
  await runTool([
    ...compiler.command,
    ...objects,
    "-o",
    partial,
    ...LINK_FLAGS,
    ...compiler.linkFlags,
    ...exported.map((symbol) => `-Wl,--export=${symbol}`),
  ]);
  renameSync(partial, module);
  return statSync(module).size;
}

/**
 * As for the library; code is not placed at lines of a cache here.
 *
 * @param {string[]} flags @param {string} file @param {string} text
 */
function tune(flags, file, text) {
  return shippedFlags(flags, file, text).filter((flag) => !flag.startsWith("-falign-"));
}
