// Compiles the engine to the modules of this package.

import { mkdirSync, readFileSync, renameSync, statSync } from "node:fs";
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
import { MODULE_FLAGS } from "./wasm-compiler.mjs";

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
 * @param {import("./wasm-compiler.mjs").WasmCompiler} compiler
 * @param {import("./wasm-compiler.mjs").ModuleName} name
 * @param {string} source What the module says of its sources.
 * @param {string} folder Where it goes.
 * @returns {Promise<number>} Its size.
 */
export async function compileModule(compiler, name, source, folder) {
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
