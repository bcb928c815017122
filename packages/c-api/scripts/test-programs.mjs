// Builds and runs the C tests: every test/test_*.c is a program, linked against the engine's
// objects compiled once more, with sanitizers where this compiler has them, and run at every level
// of kernels: those the processor has, AVX-512's templates lowered where it has not, and plain C.
// Invariant: a program that crashes, hangs, leaks or trips a sanitizer is a failure of the tests
// that had no result yet, never a missing line.

import { spawn, spawnSync } from "node:child_process";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { withoutCommentsAndLiterals } from "./c-text.mjs";
import { threadFlags } from "./compiler.mjs";
import { compileLevel, levelsBelow, PLAIN_C } from "./levels.mjs";
import {
  compileFlags,
  compileObject,
  inParallel,
  objectFolder,
  PACKAGE_ROOT,
  runTool,
} from "./objects.mjs";
import { runnable, runnerWords } from "./runner.mjs";

/** After this a running program is killed: it hangs. An emulator takes its time. */
const WATCHDOG_MS = runnerWords().length > 0 ? 900_000 : 120_000;

const SANITIZER_OPTIONS = {
  ASAN_OPTIONS: "detect_leaks=1:allocator_may_return_null=1",
  UBSAN_OPTIONS: "print_stacktrace=1",
};

const CLEAN_PROBE = "int main(void) { return 0; }\n";
const LEAK_PROBE = `#include <stdlib.h>
void *volatile probe_block;
int main(void) { probe_block = malloc(100); probe_block = 0; return 0; }
`;
const OVERFLOW_PROBE = `volatile int probe_sum = 0x7fffffff;
int main(void) { probe_sum = probe_sum + 1; return 0; }
`;

/**
 * @typedef {object} TestProgram
 * @property {string} name The file's stem, such as test_shape.
 * @property {string} source Absolute path.
 * @property {string[]} tests The names it RUNs.
 */

/**
 * @typedef {object} TestResult
 * @property {"passed" | "failed" | "skipped"} outcome
 * @property {string} detail The failed checks, or the reason of a skip.
 */

/**
 * @typedef {object} ProgramResult
 * @property {Map<string, TestResult>} tests One entry for each test the program RUNs.
 * @property {string} defect How the program itself ended badly; empty if it did not.
 */

/**
 * @param {string} [folder]
 * @returns {TestProgram[]}
 */
export function findTestPrograms(folder = join(PACKAGE_ROOT, "test")) {
  return readdirSync(folder)
    .filter((file) => /^test_\w+\.c$/.test(file))
    .sort()
    .map((file) => {
      const source = join(folder, file);
      const text = withoutCommentsAndLiterals(readFileSync(source, "utf8"));
      const tests = [...text.matchAll(/\bRUN\((\w+)\)\s*;/g)].map((match) => match[1] ?? "");
      return { name: file.replace(/\.c$/, ""), source, tests };
    });
}

/**
 * The sanitizer flags that this compiler can build and this machine can run.
 *
 * @param {import("./compiler.mjs").Compiler} compiler
 * @returns {{ flags: string[], missing: string }} `missing` says what is not there and how to get
 *   it; empty when all of it is.
 */
export function sanitizerFlags(compiler) {
  const flags = ["-fsanitize=address,undefined", "-fno-sanitize-recover=all"];
  const folder = mkdtempSync(join(tmpdir(), "libpredict-sanitizers-"));
  /** @param {string} text @returns {number | null} Exit code of the built probe; null if not built. */
  const runProbe = (text) => {
    writeFileSync(join(folder, "probe.c"), text);
    const [program = "", ...leading] = compiler.command;
    const built = spawnSync(program, [...leading, "-O0", ...flags, "probe.c", "-o", "probe"], {
      cwd: folder,
    });
    if (built.status !== 0) return null;
    return spawnSync(join(folder, "probe"), {
      env: { ...process.env, ...SANITIZER_OPTIONS },
      stdio: "ignore",
    }).status;
  };
  try {
    if (runProbe(CLEAN_PROBE) !== 0) {
      return {
        flags: [],
        missing: `no sanitizers with ${compiler.label}; install gcc with libasan and libubsan, or clang with libclang-rt-dev`,
      };
    }
    const works = runProbe(LEAK_PROBE) !== 0 && runProbe(OVERFLOW_PROBE) !== 0;
    return {
      flags,
      missing: works ? "" : `leaks or overflows go unseen here with ${compiler.label}'s sanitizers`,
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Tests see functions that the library does not have: the choice of an algorithm. */
const TEST_FLAGS = ["-fno-omit-frame-pointer", "-DLP_TEST_HOOKS"];

/**
 * Compiles the engine for testing, once for all programs.
 *
 * @param {import("./compiler.mjs").Compiler} compiler
 * @param {string[]} flags Optimisation and sanitizers, such as -O1 -g.
 * @param {import("./levels.mjs").Form} [form]
 */
export async function buildEngineForTests(compiler, flags, form = "native") {
  const common = compileFlags(PACKAGE_ROOT, [...flags, ...TEST_FLAGS]);
  const { objects, broken } = await compileLevel(compiler, common, form);
  // The test programs are not in the language of the standard alone.
  const testFlags = [
    ...common,
    ...(form === "plain C" ? PLAIN_C.filter((flag) => flag.startsWith("-D")) : []),
    `-I${join(PACKAGE_ROOT, "test")}`,
  ];
  const folder = objectFolder(compiler, testFlags);
  mkdirSync(folder, { recursive: true });
  const archive = await makeArchive(
    join(folder, form === "lowered" ? "engine_lowered.a" : "engine.a"),
    objects,
  );
  return {
    compiler,
    flags: testFlags,
    folder,
    suffix: form === "lowered" ? "_lowered" : "",
    link: archive === undefined ? objects : [archive],
    broken,
  };
}

/**
 * An archive lets each program link only the part of the engine it reaches.
 *
 * @param {string} archive
 * @param {string[]} objects
 * @returns {Promise<string | undefined>} Undefined where there is no archiver; objects do as well.
 */
async function makeArchive(archive, objects) {
  const tool = ["ar", "llvm-ar"].find((name) => !spawnSync(name, ["--version"]).error);
  if (tool === undefined || objects.length === 0) return undefined;
  const partial = `${archive}.${process.pid}`;
  await runTool([tool, "rcs", partial, ...objects]);
  renameSync(partial, archive);
  return archive;
}

/**
 * @param {Awaited<ReturnType<typeof buildEngineForTests>>} engine
 * @param {TestProgram} program
 * @returns {Promise<string>} Path of the executable.
 */
export async function buildTestProgram(engine, program) {
  const object = await compileObject(
    engine.compiler,
    engine.flags,
    program.source,
    join(engine.folder, `${program.name}.o`),
  );
  const executable = join(engine.folder, `${program.name}${engine.suffix}`);
  const partial = `${executable}.${process.pid}`;
  await runTool([
    ...engine.compiler.command,
    // Without -O: for WebAssembly clang would run wasm-opt, which may be older than what it is given.
    ...engine.flags.filter((flag) => flag.startsWith("-f")),
    object,
    ...engine.link,
    "-o",
    partial,
    "-lm",
    ...threadFlags(),
  ]);
  renameSync(partial, executable);
  return executable;
}

/**
 * @param {string} executable
 * @param {string[]} tests The names that must report.
 * @param {object} [options]
 * @param {string} [options.filter] Run only the tests whose name contains this.
 * @param {number} [options.watchdogMs]
 * @param {Record<string, string>} [options.env]
 * @param {string[]} [options.emulator] What runs the executable: a program and its arguments.
 * @returns {Promise<ProgramResult>}
 */
export function runTestProgram(
  executable,
  tests,
  { filter = "", watchdogMs = WATCHDOG_MS, env = {}, emulator = [] } = {},
) {
  const [program = "", ...args] = [...emulator, executable, ...(filter === "" ? [] : [filter])];
  return new Promise((fulfil, reject) => {
    const child = spawn(...runnable(program, args), {
      env: { ...process.env, ...SANITIZER_OPTIONS, ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let hung = false;
    const watchdog = setTimeout(() => {
      hung = true;
      child.kill("SIGKILL");
    }, watchdogMs);
    let output = "";
    let errors = "";
    child.stdout.setEncoding("utf8").on("data", (part) => {
      output += part;
    });
    child.stderr.setEncoding("utf8").on("data", (part) => {
      errors += part;
    });
    child.on("error", reject);
    child.on("close", (code, signal) => {
      clearTimeout(watchdog);
      const results = readResults(output);
      const failed = [...results.values()].some((result) => result.outcome === "failed");
      const expected = tests.filter((name) => name.includes(filter));
      const silent = expected.filter((name) => !results.has(name));
      let defect = "";
      if (hung) defect = `killed after ${watchdogMs / 1000} s`;
      else if (signal !== null) defect = `ended by ${signal}`;
      else if (code !== 0 && !(code === 1 && failed && errors === "")) defect = `exit code ${code}`;
      else if (silent.length > 0) defect = `reported nothing for ${silent.join(", ")}`;
      if (defect !== "") defect = `${defect}\n${errors}`.trimEnd();
      silent.forEach((name, index) => {
        const detail = index === 0 ? `no result: ${defect}` : `not reached: see ${silent[0]}`;
        results.set(name, { outcome: "failed", detail });
      });
      fulfil({ tests: results, defect });
    });
  });
}

/** @param {string} output What check.h printed. */
function readResults(output) {
  /** @type {Map<string, TestResult>} */
  const results = new Map();
  let detail = "";
  for (const line of output.split(/\r?\n/)) {
    const match = /^(ok|FAILED|skipped) (\w+)(?:: (.*))?$/.exec(line);
    if (match === null) {
      if (line.startsWith("  ")) {
        detail += `${line}\n`;
        // The line that refuses a skip follows its test.
        const last = [...results.values()].at(-1);
        if (line.startsWith("  may not be skipped") && last !== undefined) {
          last.detail += line.trim();
          detail = "";
        }
      }
      continue;
    }
    const [, word, name = "", reason] = match;
    const outcome = word === "ok" ? "passed" : word === "skipped" ? "skipped" : "failed";
    results.set(name, { outcome, detail: reason ?? detail });
    detail = "";
  }
  return results;
}

/**
 * @typedef {object} LevelResult
 * @property {import("./levels.mjs").Level} level
 * @property {Map<string, ProgramResult>} results By program name.
 * @property {string[]} broken The compiler's text for each engine file that does not compile.
 */

/**
 * @param {Awaited<ReturnType<typeof buildEngineForTests>>} engine
 * @param {string | undefined} isa What LIBPREDICT_ISA says.
 * @returns {Promise<string>} The level that the engine takes.
 */
async function levelOf(engine, isa) {
  const executable = await buildTestProgram(engine, {
    name: "print_level",
    source: join(PACKAGE_ROOT, "test", "print_level.c"),
    tests: [],
  });
  const env = { ...process.env };
  if (isa === undefined) delete env["LIBPREDICT_ISA"];
  else env["LIBPREDICT_ISA"] = isa;
  return spawnSync(...runnable(executable), {
    encoding: "utf8",
    env: { ...env, ...SANITIZER_OPTIONS },
  }).stdout.trim();
}

/**
 * Builds and runs every program at every level; a program that does not build fails all its tests.
 *
 * @param {import("./compiler.mjs").Compiler} compiler
 * @param {TestProgram[]} programs
 * @param {string[]} flags Optimisation and sanitizers; plain C is always at -O2 without sanitizers.
 * @param {object} [options]
 * @param {string} [options.filter] Run only the tests whose name contains this.
 * @param {string} [options.level] Run only the levels whose name contains this; "highest": the
 *   first, which is the processor's own.
 * @returns {Promise<{ levels: LevelResult[], notes: string[] }>} `notes` has a line for each level
 *   that this processor cannot execute.
 */
export async function runTestPrograms(
  compiler,
  programs,
  flags,
  { filter = "", level: wanted = "" } = {},
) {
  const native = await buildEngineForTests(compiler, flags);
  const all = levelsBelow(await levelOf(native, undefined));
  const chosen =
    wanted === "highest"
      ? all.levels.slice(0, 1)
      : all.levels.filter((level) => level.name.includes(wanted));
  /** @type {LevelResult[]} */
  const levels = [];
  /** @type {(() => Promise<void>)[]} */
  const runs = [];
  /** @type {Map<string, Promise<string>>} */
  const executables = new Map();
  for (const level of chosen) {
    const engine =
      level.form === "native"
        ? native
        : await buildEngineForTests(
            compiler,
            level.form === "plain C" ? ["-O2"] : flags,
            level.form,
          );
    const taken = await levelOf(engine, level.isa);
    const broken = [...engine.broken];
    if (level.isa !== undefined && taken !== level.isa) {
      broken.push(`LIBPREDICT_ISA=${level.isa}: the engine took the level ${taken}`);
    }
    /** @type {Record<string, string>} */
    const env = level.isa === undefined ? {} : { LIBPREDICT_ISA: level.isa };
    /** @type {Map<string, ProgramResult>} */
    const results = new Map();
    levels.push({ level, results, broken });
    for (const program of programs) {
      const absent = /** @type {const} */ ({ outcome: "failed", detail: "no result" });
      results.set(program.name, {
        tests: new Map(program.tests.map((name) => [name, absent])),
        defect: "not run",
      });
      runs.push(async () => {
        try {
          // Native levels share executables.
          const key = `${level.form} ${program.name}`;
          const executable = executables.get(key) ?? buildTestProgram(engine, program);
          executables.set(key, executable);
          results.set(
            program.name,
            await runTestProgram(await executable, program.tests, { filter, env }),
          );
        } catch (error) {
          const defect = error instanceof Error ? error.message : String(error);
          const failure = /** @type {const} */ ({ outcome: "failed", detail: defect });
          results.set(program.name, {
            tests: new Map(program.tests.map((name) => [name, failure])),
            defect,
          });
        }
      });
    }
  }
  // All levels at once: a long program at the end of one does not hold up the next.
  await inParallel(runs, (run) => run());
  return { levels, notes: wanted === "" ? all.notes : [] };
}
