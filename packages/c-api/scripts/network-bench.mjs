// Measures whole networks on one thread with the kernels of this tree, and tells which steps take longest.
// Usage: node scripts/network-bench.mjs [--rounds N] [--steps N] [NETWORK...]
//   NETWORK  a folder that packages/bench keeps in its cache, such as squeezenet, mobilenet1,
//            resnet50; all that are there if none is named. `npm run bench -- networks` makes them.
// It links the engine, so it runs for WebAssembly (node scripts/wasi.mjs network-bench.mjs) and
// with $LIBPREDICT_RUNNER too. $CC, $CFLAGS, $LIBPREDICT_ISA and $LIBPREDICT_BENCH_CACHE as everywhere.

import { spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { CompilerError, findCompiler, threadFlags } from "./compiler.mjs";
import {
  BuildError,
  compileEngine,
  compileFlags,
  compileObject,
  objectFolder,
  PACKAGE_ROOT,
  runTool,
  SHIPPED_FLAGS,
  shippedFlags,
} from "./objects.mjs";
import { runnable } from "./runner.mjs";

/** @returns {Promise<string>} The program. */
async function buildProgram() {
  const compiler = findCompiler();
  const flags = compileFlags(PACKAGE_ROOT, SHIPPED_FLAGS);
  const folder = objectFolder(compiler, flags);
  const { objects, broken } = await compileEngine(compiler, flags, { tune: shippedFlags });
  if (broken.length > 0) throw new BuildError(broken.join("\n"));
  const source = join(PACKAGE_ROOT, "bench", "network_bench.c");
  const main = await compileObject(compiler, flags, source, join(folder, "network_bench.o"));
  const program = join(folder, "network_bench");
  await runTool([...compiler.command, main, ...objects, "-o", program, "-lm", ...threadFlags()]);
  return program;
}

/** @param {string[]} names @returns {string[]} */
function networkFolders(names) {
  const caches = process.env["XDG_CACHE_HOME"] || join(homedir(), ".cache");
  const cache = process.env["LIBPREDICT_BENCH_CACHE"] || join(caches, "libpredict", "bench");
  const folder = join(cache, "networks");
  const wanted = names.length > 0 ? names : existsSync(folder) ? readdirSync(folder) : [];
  const missing = wanted.filter((name) => !existsSync(join(folder, name, "network.json")));
  if (wanted.length === 0 || missing.length > 0) {
    throw new BuildError(
      `${folder} has ${missing.length > 0 ? `no ${missing.join(", ")}` : "no network"}: npm run bench -- networks makes them`,
    );
  }
  return wanted.map((name) => join(folder, name));
}

try {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { rounds: { type: "string", default: "20" }, steps: { type: "string", default: "0" } },
  });
  const folders = networkFolders(positionals);
  const args = ["--rounds", values.rounds, "--steps", values.steps, ...folders];
  const [program, words] = runnable(await buildProgram(), args);
  const env = { LIBPREDICT_NUM_THREADS: "1", ...process.env };
  process.exitCode = spawnSync(program, words, { env, stdio: "inherit" }).status ?? 1;
} catch (error) {
  if (!(error instanceof BuildError) && !(error instanceof CompilerError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
