// Finds a C compiler for WebAssembly, with a C library and a linker.

import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findZig } from "../../c-api/scripts/zig.mjs";

/** What a machine without one is told. */
export const INSTALL_LINE = "apt-get install clang-19 lld-19 wasi-libc libclang-rt-19-dev-wasm32";

const PROBE = `
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <wasm_simd128.h>
float probe(float *x) {
    v128_t a = wasm_v128_load(x);
#ifdef __wasm_relaxed_simd__
    a = wasm_f32x4_relaxed_madd(a, a, a);
#endif
    char text[20];
    snprintf(text, sizeof text, "%g", (double)wasm_f32x4_extract_lane(a, 0));
    return sqrtf(strtof(text, NULL));
}
`;

/** Flags of each of the two modules. */
export const MODULE_FLAGS = {
  predict: ["-msimd128"],
  "predict-relaxed": ["-msimd128", "-mrelaxed-simd"],
};

/** @typedef {keyof typeof MODULE_FLAGS} ModuleName */

/**
 * @typedef {object} WasmCompiler
 * @property {string[]} command
 * @property {string} label The command as one line of text.
 * @property {string[]} linkFlags What its linker is told about the stack.
 * @property {ModuleName[]} modules Those that it can make.
 */

/**
 * The stack lies below everything else, so that its end is a trap and not somebody's data. zig
 * does so without being told.
 */
const STACK_FIRST = ["-Wl,--stack-first"];

/**
 * Whether a command makes a module.
 *
 * @param {string[]} command @param {string[]} flags @param {NodeJS.ProcessEnv} env
 */
function works(command, flags, env) {
  const folder = mkdtempSync(join(tmpdir(), "libpredict-wasm-"));
  try {
    writeFileSync(join(folder, "probe.c"), PROBE);
    const [program = "", ...leading] = command;
    const args = ["-mexec-model=reactor", "probe.c", "-o", "probe.wasm", "-Wl,--export=probe"];
    const result = spawnSync(program, [...leading, ...flags, ...args], { cwd: folder, env });
    return result.status === 0 && existsSync(join(folder, "probe.wasm"));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * The compiler that makes most of the modules: clang with wasi-libc, else zig.
 *
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {WasmCompiler | undefined} undefined: there is none.
 */
export function findWasmCompiler(env = process.env) {
  const clang = ["clang-19", "clang", "clang-18", "clang-16", "clang-14"].map((name) => [
    name,
    "--target=wasm32-wasi",
  ]);
  const zig = findZig(env);
  const candidates = [...clang, ...(zig ? [[...zig, "cc", "-target", "wasm32-wasi"]] : [])];
  const names = /** @type {ModuleName[]} */ (Object.keys(MODULE_FLAGS));
  let best;
  for (const command of candidates) {
    if (!works(command, MODULE_FLAGS.predict, env)) continue;
    const modules = names.filter(
      (name) => name === "predict" || works(command, MODULE_FLAGS[name], env),
    );
    const linkFlags = zig && command[0] === zig[0] ? [] : STACK_FIRST;
    const found = { command, label: command.join(" "), linkFlags, modules };
    if (modules.length === names.length) return found;
    best ??= found;
  }
  return best;
}
