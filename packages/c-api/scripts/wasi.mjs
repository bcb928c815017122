// Runs one of the scripts here for WebAssembly: compiles with clang and WASI's libc, and starts
// what comes of it in Node.
// Usage: node scripts/wasi.mjs [--relaxed] SCRIPT [its arguments]
//   node scripts/wasi.mjs test.mjs --plain --level=highest conv_grid
//   node scripts/wasi.mjs --relaxed kernel-bench.mjs --only "1x1:"
// $CC: the compiler, clang-19 if it is not set. $LIBPREDICT_NODE: the Node to run it with; relaxed
// SIMD is behind a flag before Node 22, and only engines that keep the order of instructions have
// registers enough for its tiles: see ARCHITECTURE.md.

import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { PACKAGE_ROOT } from "./objects.mjs";

const words = process.argv.slice(2);
const relaxed = words[0] === "--relaxed";
const [script = "", ...args] = relaxed ? words.slice(1) : words;
const node = process.env["LIBPREDICT_NODE"] ?? process.execPath;
const folder = join(PACKAGE_ROOT, "scripts");
const env = {
  ...process.env,
  CC: `${process.env["CC"] ?? "clang-19"} --target=wasm32-wasi -msimd128${relaxed ? " -mrelaxed-simd" : ""} -Qunused-arguments -Wl,-z,stack-size=1048576`,
  CFLAGS: `-fno-PIC -DLP_NO_THREADS ${process.env["CFLAGS"] ?? ""}`,
  // Node 20 crashes now and then where compiled code calls its WASI the fast way.
  LIBPREDICT_RUNNER: `${node} --no-warnings --no-turbo-fast-api-calls ${relaxed && node === process.execPath ? "--experimental-wasm-relaxed-simd " : ""}${join(folder, "run-wasi.mjs")}`,
};
process.exitCode =
  spawnSync(process.execPath, [join(folder, script), ...args], { env, stdio: "inherit" }).status ??
  1;
