// Programs of the years 2015 to 2020, built as then and run, unchanged, with what install:native
// puts in place; with the reference where there is one. Expected outputs are the reference's.

import { spawnSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  buildGoProgram,
  buildJavaProgram,
  buildProgram,
  C_PROGRAMS,
  CPP_PROGRAMS,
  classifierArgs,
  expectedOutput,
  javaHome,
  makeFixtures,
  makeLinkLibraries,
  mustRun,
  outputDifference,
  pythonArgs,
  pythons,
  referenceLibraries,
  runProgram,
  runWithReference,
} from "../old-programs/old-programs.mjs";
import { publicFunctions } from "../scripts/c-text.mjs";
import { PACKAGE_ROOT } from "../scripts/objects.mjs";
import { exportedSymbols } from "../scripts/symbols.mjs";

const requireAll = process.env["LIBPREDICT_REQUIRE_ALL"] === "1";
const folder = mkdtempSync(join(tmpdir(), "libpredict-old-programs-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const prefix = join(folder, "usr");
const ours = join(prefix, "lib");
const include = join(prefix, "include");
const link = join(folder, "link");
const files = makeFixtures(join(folder, "files"));
const reference = referenceLibraries(join(folder, "reference"));
/** Where programs look for the library when they are started. */
const libraries = reference === undefined ? { ours: [ours] } : { ours: [ours], reference };

beforeAll(() => {
  const { DESTDIR, INIT_CWD, ...env } = process.env;
  const script = join(PACKAGE_ROOT, "install", "install-native.mjs");
  const installed = spawnSync(process.execPath, [script, "--prefix", prefix], { env });
  expect(installed.status).toBe(0);
  makeLinkLibraries(link, join(include, "c_predict_api.h"));
});

/** @param {import("vitest").TestContext} context @param {boolean} present @param {string} reason */
function skipUnless(context, present, reason) {
  if (!present && !requireAll) context.skip(reason);
}

const noReference =
  "LIBPREDICT_REFERENCE_PYTHON is not set; name a Python that has mxnet==1.9.1 and numpy==1.23.5";
const has = (/** @type {string} */ tool, flag = "--version") => !spawnSync(tool, [flag]).error;

/**
 * @param {string} command
 * @param {string[]} args
 * @param {string} expected The name of the expected output.
 * @param {Record<string, string[]>} [where]
 * @param {Record<string, string>} [env]
 */
function expectSame(command, args, expected, where = libraries, env = {}) {
  for (const [whose, folders] of Object.entries(where)) {
    const run = whose === "reference" ? runWithReference : runProgram;
    const { ended, stdout, stderr } = run(command, args, folders, env);
    expect(ended, `${whose}:\n${stdout}${stderr}`).toBe(0);
    expect(outputDifference(stdout, expectedOutput(expected)), whose).toBe("");
  }
}

test("outputs are compared word by word, numbers with a little room", () => {
  expect(outputDifference("a 0.50000, 1\n", "a 0.50001, 1")).toBe("");
  for (const other of [
    "a 0.50000, 2",
    "b 0.50000, 1",
    "a 0.50000",
    "a 0.5001, 1",
    "a 0.50000, 1\nb",
  ])
    expect(outputDifference("a 0.50000, 1", other)).toContain("line ");
  expect(outputDifference("nan", "0.1")).not.toBe("");
});

describe("binaries that were linked with MXNet's library", () => {
  for (const program of [...C_PROGRAMS, ...CPP_PROGRAMS]) {
    test(program.name, (context) => {
      skipUnless(context, !program.source.endsWith(".cpp") || has("g++"), "no g++; install g++");
      const executable = buildProgram(program, { include, libraries: link, out: folder });
      const where = program.unlike === undefined ? libraries : { ours: [ours] };
      const expected = program.expected ?? program.name;
      expectSame(executable, program.args(files), expected, where, program.env);
    });
  }

  test("none of them knows the name of our library", (context) => {
    skipUnless(context, has("readelf"), "no readelf; install binutils");
    const needed = mustRun("readelf", [
      "-d",
      join(folder, "mean-classifier"),
      join(folder, "own-declarations"),
    ]);
    expect(needed).toContain("[libmxnet_predict.so]");
    expect(needed).toContain("[libmxnet.so]");
    expect(needed).not.toContain("libpredict.so");
  });

  test("the reference runs the same binaries", (context) => {
    skipUnless(context, reference !== undefined, noReference);
    expect(reference).toBeDefined();
  });
});

describe("a program that is built today", () => {
  const [classifier = C_PROGRAMS[0]] = C_PROGRAMS;
  for (const library of /** @type {const} */ (["mxnet", "mxnet_predict"])) {
    test(`with -l${library} and an rpath`, () => {
      const program = { .../** @type {NonNullable<typeof classifier>} */ (classifier), library };
      const out = join(folder, `rpath-${library}`);
      mkdirSync(out);
      const extra = [`-Wl,-rpath,${ours}`];
      const executable = buildProgram(program, { include, libraries: ours, out, extra });
      expectSame(executable, program.args(files), program.name, { ours: [] });
    });
  }

  test("from hand-written declarations, without the header", () => {
    const program = C_PROGRAMS.find(({ name }) => name === "own-declarations");
    if (program === undefined) throw new Error("no such program");
    const out = join(folder, "no-header");
    mkdirSync(out);
    const executable = buildProgram(program, { include: out, libraries: ours, out });
    expectSame(executable, program.args(files), program.name, { ours: [ours] });
  });
});

describe("a server that forks", () => {
  const program = C_PROGRAMS.find(({ name }) => name === "prefork-server");
  for (const threads of ["1", "2", "7"]) {
    test(`with ${threads} threads for each predictor`, () => {
      if (program === undefined) throw new Error("no such program");
      const out = join(folder, `fork-${threads}`);
      mkdirSync(out);
      const executable = buildProgram(program, { include, libraries: link, out });
      const env = { LIBPREDICT_NUM_THREADS: threads };
      for (let round = 0; round < 5; round++) {
        expectSame(executable, program.args(files), program.name, { ours: [ours] }, env);
      }
    });
  }
});

test("a plug-in that is closed while the threads of its predictor are busy", () => {
  const program = C_PROGRAMS.find(({ name }) => name === "plugin-host");
  if (program === undefined) throw new Error("no such program");
  const out = join(folder, "closed");
  mkdirSync(out);
  const executable = buildProgram(program, { include, libraries: link, out });
  const env = { LIBPREDICT_NUM_THREADS: "4" };
  for (let round = 0; round < 5; round++) {
    const args = [...program.args(files), "untidy"];
    expectSame(executable, args, program.name, { ours: [ours] }, env);
  }
});

test("memory does not grow with predictors that come and go", () => {
  const program = {
    name: "memory-loop",
    source: "c/memory-loop.c",
    library: /** @type {const} */ ("mxnet"),
    args: () => [],
  };
  const executable = buildProgram(program, { include, libraries: link, out: folder });
  const args = [files.typedSymbol, files.typedParams, "10000"];
  const { ended, stdout } = runProgram(executable, args, [ours]);
  expect(ended).toBe(0);
  const grown = [...stdout.matchAll(/: (-?\d+) KB more/g)].map((match) => Number(match[1]));
  expect(grown).toHaveLength(2);
  // A leak of 16 bytes in each of 10,000 rounds would be more.
  for (const kilobytes of grown) expect(kilobytes, stdout).toBeLessThan(128);
});

describe("two libraries in one process", () => {
  const program = {
    name: "two-libraries",
    source: "c/two-libraries.c",
    library: /** @type {const} */ ("none"),
    args: () => [],
  };
  /** @param {string} first @param {string} second @param {string[]} how */
  const expectBoth = (first, second, how) => {
    const executable = buildProgram(program, { include, libraries: link, out: folder });
    const [image = ""] = files.images;
    const args = [files.symbol, files.params, image, first, how[0] ?? "", second, how[1] ?? ""];
    const foreign =
      reference !== undefined && [first, second].some((p) => p.startsWith(reference[0] ?? ""));
    const { ended, stdout, stderr } = (foreign ? runWithReference : runProgram)(
      executable,
      args,
      [],
    );
    expect(ended, stderr).toBe(0);
    const answer = /class.*\d/.exec(expectedOutput("plugin-host"))?.[0];
    const lines = [`first: ${answer}`, `second: ${answer}`];
    const expected = [...lines, ...lines, "freed: 0", "freed: 0"].join("\n");
    expect(outputDifference(stdout, expected)).toBe("");
  };
  const ways = [
    ["local", "local"],
    ["global", "local"],
    ["local", "global"],
    ["global", "global"],
  ];

  test("two copies of ours", () => {
    const copy = join(folder, "libcopy.so");
    copyFileSync(join(ours, "libpredict.so"), copy);
    for (const how of ways) expectBoth(join(ours, "libmxnet.so"), copy, how);
  });

  for (const how of ways) {
    test(`ours, ${how[0]}, and the reference, ${how[1]}, and the other way round`, (context) => {
      skipUnless(context, reference !== undefined, noReference);
      const theirs = join(reference?.[0] ?? "", "libmxnet.so");
      for (const name of ["libpredict.so", "libmxnet.so"]) {
        expectBoth(join(ours, name), theirs, how);
        expectBoth(theirs, join(ours, name), how);
      }
    });
  }
});

describe("symbols", () => {
  /** The predict API of 1.9.1, in the order of its age. */
  const API = [
    ..."MXGetLastError MXPredCreate MXPredCreatePartialOut MXPredGetOutputShape".split(" "),
    ..."MXPredSetInput MXPredForward MXPredPartialForward MXPredGetOutput MXPredFree".split(" "),
    ..."MXNDListCreate MXNDListGet MXNDListFree MXPredReshape".split(" "),
    ..."MXPredCreateMultiThread MXPredCreateEx MXPredGetOutputType".split(" "),
    "MXPredSetMonitorCallback",
  ].sort();

  test("every function of the API is there; everything else begins with LP", (context) => {
    const exported = exportedSymbols(join(ours, "libmxnet.so"));
    skipUnless(context, exported !== undefined, "no nm found; install binutils");
    const foreign = (exported ?? []).filter((name) => !name.startsWith("LP"));
    expect(foreign).toEqual(API);
  });

  test("the reference has the same functions, and none of our own", (context) => {
    skipUnless(context, reference !== undefined, noReference);
    const exported = exportedSymbols(join(reference?.[0] ?? "", "libmxnet.so")) ?? [];
    const inReference = exported.filter((name) => /^MX(Pred|NDList)|^MXGetLastError$/.test(name));
    expect(inReference).toEqual(API);
    const header = readFileSync(join(include, "c_predict_api.h"), "utf8");
    const own = new Set(publicFunctions(header).filter((name) => name.startsWith("LP")));
    expect(exported.filter((name) => own.has(name))).toEqual([]);
  });

  test("no call of ours can be caught by another library's function of the same name", (context) => {
    skipUnless(context, has("readelf"), "no readelf; install binutils");
    const relocations = mustRun("readelf", ["-rW", join(ours, "libpredict.so")]);
    expect(relocations).toContain("malloc");
    expect(relocations.split("\n").filter((line) => /\b(MX|LP|lp_)\w+/.test(line))).toEqual([]);
  });
});

describe("other languages", () => {
  test("Go: cgo", (context) => {
    skipUnless(context, has("go", "version"), "no go; install Go and gcc (Debian: golang-go)");
    const executable = buildGoProgram(folder, { include, libraries: link });
    expectSame(executable, classifierArgs(files), "cgo-classifier");
  });

  test("Java: JNI", (context) => {
    const home = javaHome();
    skipUnless(context, home !== undefined, "no JDK; install openjdk-17-jdk-headless");
    const [java = "", ...args] = buildJavaProgram(folder, { include, libraries: link });
    expectSame(java, [...args, ...classifierArgs(files)], "DigitPredictor");
  });

  for (const version of ["Python 3", "Python 2"]) {
    test(`${version}: ctypes`, (context) => {
      const python = pythons().find(({ label }) => label === version);
      const pack = version === "Python 3" ? "python3" : "Python 2.7 (pyenv install 2.7.18)";
      // Python 2 has been without support since 2020, so nobody is asked to have it.
      if (python === undefined) return context.skip(`no ${version}; install ${pack}`);
      for (const name of ["libmxnet.so", "libmxnet_predict.so"]) {
        expectSame(python.path, pythonArgs(files, name), "ctypes-classifier");
      }
      const path = join(ours, "libmxnet_predict.so");
      expect(existsSync(path)).toBe(true);
      expectSame(python.path, pythonArgs(files, path), "ctypes-classifier", { ours: [] });
    });
  }
});
