// Builds the library for other platforms and runs their C tests and the conformance suite here.
// Usage: node scripts/test-platforms.mjs        (--help tells the rest)
//
// Conformance is run by the C++ harness. Where programs load libraries it loads the very library
// that is shipped; with musl, whose loader is not on this machine, the library's objects are
// linked into it.

import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { sourceDigits, sourceHash } from "./amalgamate.mjs";
import { buildPlatform, choosePlatforms, platformLibrary } from "./build-platforms.mjs";
import {
  BuildError,
  compileEngine,
  compileObject,
  inParallel,
  objectFolder,
  PACKAGE_ROOT,
  runTool,
  shippedFlags,
} from "./objects.mjs";
import { platformPage } from "./platform-page.mjs";
import { findRunner } from "./platform-runners.mjs";
import { PLATFORMS, platformCompiler, platformFlags, platformTune } from "./platforms.mjs";
import { findTestPrograms, runTestProgram } from "./test-programs.mjs";
import { installZig } from "./zig.mjs";

/** @typedef {import("./platforms.mjs").Platform} Platform */
/** @typedef {import("./platform-runners.mjs").Runner} Runner */
/** @typedef {import("./platform-page.mjs").Counts} Counts */
/** @typedef {import("./platform-page.mjs").PlatformTests} PlatformTests */
/** @typedef {import("./build-platforms.mjs").PlatformBuild} PlatformBuild */

const HELP = `Runs the C tests and the conformance suite of other platforms on this machine.

Usage: npm run test:platforms [-- options]

  --only NAME      this platform, or those whose name contains NAME; may be repeated
  --program TEXT   only C test programs whose name contains TEXT
  --filter TEXT    only conformance cases whose id contains TEXT
  --quick          a few C test programs and a tenth of the conformance cases
  --gnu            Debian's cross compiler of the platform instead of zig; nothing is checked of
                   the library then, and the results are not recorded
  --help           print this

Uses zig, qemu-user and wine; what is missing is named. A run of everything for all platforms
writes docs/platforms.md and docs/platforms.json. The last line counts.

Exit codes: 0 all passed; 1 not so; 2 wrong arguments.
`;

const REPOSITORY = resolve(PACKAGE_ROOT, "..", "..");
const CPP = join(REPOSITORY, "packages", "examples", "cpp");
const CONFORMANCE = join(REPOSITORY, "packages", "conformance", "dist", "main.js");
/** An emulator is slow, and all of the machine is in use. */
const WATCHDOG_MS = 900_000;

/**
 * Test programs that a system or an emulator cannot run, and why.
 *
 * @type {Record<string, Record<string, string>>}
 */
const LEFT_OUT = {
  win32: { test_fork: "Windows has no fork" },
  qemu: {
    test_fork: "qemu-user cannot start threads in a forked child",
    test_conv_grid: "some thousand convolutions; test_op_convolution has every algorithm",
  },
};

/** Read by --quick: what differs between processors and systems, not what differs between operators. */
const QUICK =
  /^test_(?:default_threads|float_mode|json|model_files|ndarray_file|op_convolution|op_elementwise)$/;
/** Every tenth case, of all groups. */
const QUICK_CASE = 10;

/**
 * @typedef {object} Tools
 * @property {import("./compiler.mjs").Compiler} compiler
 * @property {string[]} cpp The C++ compiler.
 * @property {ReturnType<typeof platformTune>} tune
 * @property {string[]} link
 * @property {string | undefined} source What the shipped library says of its sources; undefined:
 *   no library is built.
 */

/** @type {Record<string, string>} */
const GNU = {
  "linux-x64": "x86_64-linux-gnu",
  "linux-arm64": "aarch64-linux-gnu",
  "linux-arm": "arm-linux-gnueabihf",
  "linux-riscv64": "riscv64-linux-gnu",
  "win32-x64": "x86_64-w64-mingw32",
};

/**
 * @param {Platform} platform
 * @param {boolean} gnu
 * @returns {Tools}
 * @throws {BuildError} There is no such compiler.
 */
function findTools(platform, gnu) {
  if (!gnu) {
    const compiler = platformCompiler(installZig(say), platform);
    const cpp = compiler.command
      // For any processor of the kind: zig has the C++ library of that built already.
      .filter((word) => !word.startsWith("-mcpu"))
      .map((word) => (word === "cc" ? "c++" : word));
    const source = sourceDigits(sourceHash());
    return { compiler, cpp, tune: platformTune(platform), link: [], source };
  }
  const prefix = GNU[platform.name];
  if (prefix === undefined)
    throw new BuildError(`${platform.name}: --gnu knows no compiler for it`);
  const command = [`${prefix}-gcc`];
  // Beside programs of Windows no libraries of the compiler's are found.
  const link = platform.npm.os === "win32" ? ["-static"] : [];
  const compiler = { command, label: command.join(" ") };
  return { compiler, cpp: [`${prefix}-g++`, ...link], tune: shippedFlags, link, source: undefined };
}

/** @param {string} text */
function say(text) {
  console.log(`platforms: ${text}`);
}

/**
 * @param {Platform} platform
 * @param {Runner} runner
 * @param {Tools} tools
 * @param {(name: string) => boolean} isChosen
 * @returns {Promise<{ programs: Counts, leftOut: string[] }>}
 */
async function runPrograms(platform, runner, { compiler, tune, link }, isChosen) {
  const flags = [...platformFlags(), "-DLP_TEST_HOOKS"];
  const { objects, broken } = await compileEngine(compiler, flags, { tune });
  if (broken.length > 0) throw new BuildError(broken.join("\n"));
  const test = join(PACKAGE_ROOT, "test");
  const windows = platform.npm.os === "win32" ? ["-include", join(test, "windows_posix.h")] : [];
  const testFlags = [...flags, `-I${test}`, ...windows];
  const folder = objectFolder(compiler, testFlags);
  /** @type {Counts} */
  const counts = { passed: 0, failed: 0, skipped: 0, failures: [] };
  /** @param {string} text */
  const fail = (text) => {
    counts.failed++;
    counts.failures.push(text);
    console.log(`FAILED ${platform.name}: ${text}`);
  };
  const reasons = {
    ...LEFT_OUT[platform.npm.os],
    ...(runner.how.startsWith("qemu-") ? LEFT_OUT["qemu"] : {}),
  };
  const all = findTestPrograms().filter(({ name }) => isChosen(name));
  const programs = all.filter(({ name }) => reasons[name] === undefined);
  await inParallel(programs, async ({ name, source, tests }) => {
    const executable = join(folder, name);
    try {
      const object = await compileObject(compiler, testFlags, source, join(folder, `${name}.o`));
      const partial = `${executable}.${process.pid}`;
      const libraries = platform.npm.os === "win32" ? [] : ["-lm"];
      await runTool([
        ...compiler.command,
        object,
        ...objects,
        "-o",
        partial,
        ...libraries,
        ...link,
        "-pthread",
      ]);
      renameSync(partial, executable);
    } catch (error) {
      if (!(error instanceof BuildError)) throw error;
      return fail(`${name} does not build:\n${error.message.replace(/^.*\n/, "")}`);
    }
    const { tests: results, defect } = await runTestProgram(executable, tests, {
      watchdogMs: WATCHDOG_MS,
      env: runner.env,
      emulator: runner.command,
    });
    for (const [test, { outcome, detail }] of results) {
      if (outcome === "failed") fail(`${name}: ${test}: ${detail}`);
      else counts[outcome]++;
    }
    if (defect !== "" && ![...results.values()].some(({ outcome }) => outcome === "failed")) {
      fail(`${name}: ${defect}`);
    }
  });
  const leftOut = all
    .filter(({ name }) => reasons[name] !== undefined)
    .map(({ name }) => `${name}: ${reasons[name]}`);
  return { programs: counts, leftOut };
}

/**
 * Builds the C++ harness.
 *
 * @param {Platform} platform
 * @param {Tools} tools
 * @param {boolean} isLinked The library's objects are in it.
 */
async function buildHarness(platform, { compiler, cpp, tune, source }, isLinked) {
  const told = source === undefined ? {} : { source };
  const { objects } = isLinked
    ? await compileEngine(compiler, platformFlags(), { tune, ...told })
    : { objects: [] };
  const folder = join(PACKAGE_ROOT, "dist", "platforms", platform.name);
  mkdirSync(folder, { recursive: true });
  const harness = join(folder, "conformance-harness");
  const partial = `${harness}.${process.pid}`;
  await runTool([
    ...cpp,
    "-std=c++17",
    "-O1",
    "-s",
    `-I${join(CPP, "include")}`,
    `-I${join(PACKAGE_ROOT, "include")}`,
    ...(isLinked ? ["-DLIBPREDICT_LINKED", "-DLP_STATIC"] : []),
    join(CPP, "harness", "conformance_harness.cpp"),
    ...objects,
    "-o",
    partial,
    ...(platform.npm.os === "win32" ? [] : ["-lm", "-ldl"]),
    "-pthread",
  ]);
  renameSync(partial, harness);
  return harness;
}

/**
 * @param {Platform} platform
 * @param {Runner} runner
 * @param {Tools} tools
 * @param {string[]} options For the conformance command.
 * @returns {Promise<Counts>}
 */
async function runConformance(platform, runner, tools, options) {
  const isLinked = runner.isStatic || tools.source === undefined;
  const harness = await buildHarness(platform, tools, isLinked);
  const results = join(PACKAGE_ROOT, "dist", "platforms", platform.name, "conformance.json");
  const command = [...runner.command, harness].map((word) => `"${word}"`).join(" ");
  const library = isLinked ? ["--compiled-in"] : ["--library", platformLibrary(platform)];
  const timeout = ["--timeout", `${WATCHDOG_MS / 10}`];
  const args = ["--harness", command, ...library, "--json", results, ...timeout, ...options];
  const output = await new Promise((fulfil, reject) => {
    const child = spawn(process.execPath, [CONFORMANCE, ...args], {
      env: { ...process.env, ...runner.env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let text = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (part) => {
        text += part;
      });
    }
    child.on("error", reject);
    child.on("close", (code) => {
      if (code === 0 || code === 1) fulfil(text);
      else reject(new BuildError(`${platform.name}: conformance: ${text}`));
    });
  });
  const report = JSON.parse(readFileSync(results, "utf8"));
  /** @type {{ id: string, outcome: string, detail?: string }[]} */
  const cases = report.cases;
  const wrong = cases.filter(({ outcome }) => !["pass", "known", "skipped"].includes(outcome));
  const failures = [
    ...report.problems,
    ...wrong.map(({ id, outcome, detail = "" }) => `${id}: ${outcome}: ${detail}`),
  ];
  if (failures.length > 0) console.log(output.trimEnd());
  return {
    passed: cases.filter(({ outcome }) => outcome === "pass").length,
    failed: failures.length,
    skipped: cases.filter(({ outcome }) => outcome === "skipped").length,
    failures,
  };
}

/**
 * @typedef {object} Options
 * @property {string[]} only
 * @property {string | undefined} program
 * @property {string | undefined} filter
 * @property {boolean} quick
 * @property {boolean} gnu
 */

/**
 * @param {Platform} platform
 * @param {Options} options
 * @returns {Promise<{ build: PlatformBuild | undefined, tests: PlatformTests }>}
 */
async function testPlatform(platform, { program, filter, quick, gnu }) {
  const tools = findTools(platform, gnu);
  const build =
    tools.source === undefined
      ? undefined
      : await buildPlatform(platform, tools.compiler, tools.source);
  const runner = findRunner(platform);
  if ("missing" in runner) return { build, tests: runner };
  say(`${platform.name}: C tests, ${runner.how} ...`);
  const begun = Date.now();
  const { programs, leftOut } = await runPrograms(
    platform,
    runner,
    tools,
    (name) => name.includes(program ?? "") && (!quick || QUICK.test(name)),
  );
  const seconds = () => `${Math.round((Date.now() - begun) / 1000)} s`;
  say(`${platform.name}: ${programs.passed} passed, ${programs.failed} failed (${seconds()})`);
  const options = [
    ...(filter === undefined ? [] : ["--filter", filter]),
    ...(quick ? ["--every", `${QUICK_CASE}`] : []),
  ];
  say(`${platform.name}: conformance, ${runner.how} ...`);
  const conformance = await runConformance(platform, runner, tools, options);
  say(
    `${platform.name}: ${conformance.passed} passed, ${conformance.failed} failed (${seconds()})`,
  );
  return { build, tests: { how: runner.how, programs, leftOut, conformance } };
}

/**
 * @param {Platform[]} chosen
 * @param {Options} options
 */
async function testAll(chosen, options) {
  if (!existsSync(CONFORMANCE))
    throw new BuildError("the conformance suite is not built: npm run build");
  const { program, filter, quick, gnu } = options;
  const complete = program === undefined && filter === undefined && !quick && !gnu;
  let passed = 0;
  let failed = 0;
  for (const platform of chosen) {
    try {
      const { build, tests } = await testPlatform(platform, options);
      if (complete && build !== undefined) recordResult(platform.name, { build, ...tests });
      if ("missing" in tests) {
        say(`${platform.name}: not executed: ${tests.missing}`);
        continue;
      }
      passed += tests.programs.passed + tests.conformance.passed;
      failed += tests.programs.failed + tests.conformance.failed;
    } catch (error) {
      if (!(error instanceof BuildError)) throw error;
      failed++;
      console.log(`FAILED ${platform.name}: ${error.message}`);
    }
  }
  console.log(`${passed} passed, ${failed} failed`);
  return failed === 0;
}

/**
 * Puts a platform's results into docs/platforms.json, and makes docs/platforms.md of all.
 *
 * @param {string} name
 * @param {import("./platform-page.mjs").PlatformResult} result
 */
function recordResult(name, result) {
  const path = join(REPOSITORY, "docs", "platforms.json");
  const recorded = existsSync(path) ? JSON.parse(readFileSync(path, "utf8")) : {};
  const results = { ...recorded, [name]: result };
  const ordered = Object.fromEntries(
    PLATFORMS.filter((one) => results[one.name] !== undefined).map((one) => [
      one.name,
      results[one.name],
    ]),
  );
  writeFileSync(path, `${JSON.stringify(ordered, undefined, 2)}\n`);
  writeFileSync(join(REPOSITORY, "docs", "platforms.md"), platformPage(ordered));
}

/** @returns {Options | undefined} undefined: help was asked for. */
function readArguments() {
  const { values } = parseArgs({
    options: {
      only: { type: "string", multiple: true, default: [] },
      program: { type: "string" },
      filter: { type: "string" },
      quick: { type: "boolean", default: false },
      gnu: { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  const { only, program, filter, quick, gnu } = values;
  return values.help ? undefined : { only, program, filter, quick, gnu };
}

/** @type {Options | undefined} */
let options;
/** @type {Platform[]} */
let chosen = [];
try {
  options = readArguments();
  chosen = choosePlatforms(options?.only ?? []);
} catch (error) {
  console.error(`test:platforms: ${/** @type {Error} */ (error).message}`);
  process.exit(2);
}
if (options === undefined) process.stdout.write(HELP);
else {
  mkdirSync(join(PACKAGE_ROOT, "dist", "platforms"), { recursive: true });
  if (!(await testAll(chosen, options))) process.exitCode = 1;
}
