// Builds and runs the programs of this folder: the list of them, the files they read, and the
// libraries they are linked with, which stand in for MXNet's on the machine of those years.
// Invariant: a program is built once, and the same binary runs with whatever library it finds.

import { spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { publicFunctions } from "../scripts/c-text.mjs";
import { findCompiler } from "../scripts/compiler.mjs";

const HERE = dirname(fileURLToPath(import.meta.url));
const DIGITS = join(HERE, "..", "..", "examples", "models", "digits");

/**
 * @typedef {object} Fixtures The files that programs read; absolute paths.
 * @property {string} symbol
 * @property {string} params
 * @property {string} mean A list of arrays in the format of 2015.
 * @property {string} synset
 * @property {string[]} images
 * @property {string} typedSymbol
 * @property {string} typedParams
 *
 * @typedef {object} OldProgram
 * @property {string} name Of the executable, and of the expected output unless `expected` says another.
 * @property {string} source Below this folder.
 * @property {"mxnet" | "mxnet_predict" | "none"} library What stands behind -l; none: found by dlopen.
 * @property {string[]} [flags]
 * @property {(files: Fixtures) => string[]} args
 * @property {string} [expected] The run whose expected output is this one's too.
 * @property {Record<string, string>} [env]
 * @property {string} [unlike] Why the reference does not give what is expected here.
 */

/** @type {OldProgram[]} */
export const C_PROGRAMS = [
  {
    name: "mean-classifier",
    source: "c/mean-classifier.c",
    library: "mxnet_predict",
    args: (f) => [f.symbol, f.params, f.mean, f.synset, ...f.images],
  },
  {
    name: "feature-extractor",
    source: "c/feature-extractor.c",
    library: "mxnet",
    args: (f) => [f.symbol, f.params, "dense1_relu_fwd", ...f.images.slice(0, 2)],
  },
  ...["main", "own", "crowd", "shared"].map((mode) => ({
    name: `thread-server-${mode}`,
    source: "c/thread-server.c",
    library: /** @type {const} */ ("mxnet"),
    args: (/** @type {Fixtures} */ f) => [f.symbol, f.params, mode, ...f.images],
    expected: "thread-server",
    ...(mode === "crowd" && { unlike: "its tables of operators are filled without a lock" }),
    ...(mode === "shared" && {
      unlike: "asks for MXNET_ENGINE_TYPE, and the predictors share their inputs",
    }),
  })),
  {
    name: "plugin-host",
    source: "c/plugin-host.c",
    library: "none",
    args: (f) => [f.symbol, f.params, f.images[0] ?? "", "libmxnet.so", "libmxnet_predict.so"],
  },
  {
    name: "prefork-server",
    source: "c/prefork-server.c",
    library: "mxnet",
    args: (f) => [f.symbol, f.params, "16", ...f.images],
  },
  {
    name: "reshape-loop",
    source: "c/reshape-loop.c",
    library: "mxnet",
    args: (f) => [f.symbol, f.params, "12", ...f.images],
  },
  {
    name: "progress-bar",
    source: "c/progress-bar.c",
    library: "mxnet_predict",
    args: (f) => [f.symbol, f.params, f.images[1] ?? ""],
  },
  {
    name: "monitor-names",
    source: "c/monitor-names.c",
    library: "mxnet",
    args: (f) => [f.symbol, f.params, f.images[1] ?? ""],
    // The build of 1.9.1 fuses nodes and renames them; those of the years before did not.
    env: { MXNET_SUBGRAPH_BACKEND: "NONE" },
  },
  {
    name: "typed-input",
    source: "c/typed-input.c",
    library: "mxnet",
    args: (f) => [f.typedSymbol, f.typedParams],
  },
  {
    name: "own-declarations",
    source: "c/own-declarations.c",
    library: "mxnet",
    args: (f) => [f.symbol, f.params, f.mean, f.images[2] ?? ""],
  },
  {
    name: "kr-classifier",
    source: "c/kr-classifier.c",
    library: "mxnet_predict",
    flags: ["-std=gnu89", "-Wno-old-style-definition", "-Wdeclaration-after-statement"],
    args: (f) => [f.symbol, f.params, f.images[3] ?? ""],
  },
];

/** @type {OldProgram[]} */
export const CPP_PROGRAMS = ["c++11", "gnu++98"].map((standard) => ({
  name: `buffer-classifier-${standard}`,
  source: "cpp/buffer-classifier.cpp",
  library: /** @type {const} */ ("mxnet"),
  flags: [`-std=${standard}`],
  args: (f) => [f.symbol, f.params, ...f.images],
  expected: "buffer-classifier",
}));

/** Programs of languages other than C and C++, by what their outputs are called. */
export const OTHER_RUNS = ["cgo-classifier", "DigitPredictor", "ctypes-classifier"];

/**
 * @param {string} folder
 * @returns {Fixtures}
 */
export function makeFixtures(folder) {
  mkdirSync(folder, { recursive: true });
  const put = (/** @type {string} */ name, /** @type {string | Buffer} */ content) => {
    writeFileSync(join(folder, name), content);
    return join(folder, name);
  };
  const pixels = readFileSync(join(DIGITS, "digits-heldout.bin"));
  const names = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"];
  const ramp = Array.from({ length: 64 }, (_, i) => (i % 8) / 64);
  const typed = {
    nodes: [
      { op: "null", name: "data", inputs: [] },
      { op: "Cast", name: "cast", attrs: { dtype: "float32" }, inputs: [[0, 0, 0]] },
      { op: "null", name: "fc_weight", inputs: [] },
      { op: "null", name: "fc_bias", inputs: [] },
      {
        op: "FullyConnected",
        name: "fc",
        attrs: { num_hidden: "2" },
        inputs: [
          [1, 0, 0],
          [2, 0, 0],
          [3, 0, 0],
        ],
      },
    ],
    arg_nodes: [0, 2, 3],
    heads: [[4, 0, 0]],
  };
  return {
    symbol: join(DIGITS, "digits-symbol.json"),
    params: join(DIGITS, "digits-0000.params"),
    mean: put(
      "mean.nd",
      arrayFile([
        { name: "mean_img", dims: [1, 8, 8], values: ramp },
        { name: "scale", dims: [2], values: [1, 0.0625] },
      ]),
    ),
    synset: put("synset.txt", names.map((name, i) => `n0000000${i} ${name}\n`).join("")),
    images: [0, 1, 2, 3].map((i) =>
      put(
        `digit-${i}.pgm`,
        Buffer.concat([Buffer.from("P5\n8 8\n16\n"), pixels.subarray(64 * i, 64 * i + 64)]),
      ),
    ),
    typedSymbol: put("typed-symbol.json", JSON.stringify(typed)),
    typedParams: put(
      "typed-0000.params",
      arrayFile([
        { name: "arg:fc_weight", dims: [2, 3], values: [1, 2, 3, 0.5, -1, 0.25] },
        { name: "arg:fc_bias", dims: [2], values: [10, -20] },
      ]),
    ),
  };
}

/**
 * A list of float32 arrays as files had it until 2017: every array begins with its dimension count.
 *
 * @param {{ name: string, dims: number[], values: number[] }[]} arrays
 */
function arrayFile(arrays) {
  /** @type {Buffer[]} */
  const parts = [];
  const u64 = (/** @type {number} */ value) => {
    const bytes = Buffer.alloc(8);
    bytes.writeBigUInt64LE(BigInt(value));
    parts.push(bytes);
  };
  const u32 = (/** @type {number[]} */ ...values) => {
    for (const value of values) {
      const bytes = Buffer.alloc(4);
      bytes.writeUInt32LE(value);
      parts.push(bytes);
    }
  };
  u64(0x112);
  u64(0);
  u64(arrays.length);
  for (const { dims, values } of arrays) {
    u32(dims.length, ...dims, 1, 0, 0); // dimensions, then CPU 0, then float32
    parts.push(Buffer.from(new Float32Array(values).buffer));
  }
  u64(arrays.length);
  for (const { name } of arrays) {
    u64(name.length);
    parts.push(Buffer.from(name));
  }
  return Buffer.concat(parts);
}

/** @param {string} command @param {string[]} args @param {string} [cwd] @param {Record<string, string>} [env] */
export function mustRun(command, args, cwd = HERE, env = {}) {
  const result = spawnSync(command, args, {
    cwd,
    encoding: "utf8",
    env: { ...process.env, ...env },
  });
  if (result.status !== 0 || result.error) {
    throw new Error(
      `${[command, ...args].join(" ")}: ${result.error ?? result.status ?? result.signal}\n${result.stdout}${result.stderr}`,
    );
  }
  return result.stdout;
}

/**
 * The two libraries as old programs were linked with them: libmxnet.so has a name of its own
 * (SONAME), which a program keeps; libmxnet_predict.so, made of one file by hand, had none.
 * Only the linker sees these; no program can run with them.
 *
 * @param {string} folder
 * @param {string} header The API's header.
 */
export function makeLinkLibraries(folder, header) {
  mkdirSync(folder, { recursive: true });
  const names = publicFunctions(readFileSync(header, "utf8")).filter((n) => n.startsWith("MX"));
  const source = join(folder, "link-library.c");
  writeFileSync(source, names.map((name) => `int ${name}(void) { return -1; }\n`).join(""));
  const [cc = "", ...leading] = findCompiler().command;
  const shared = [...leading, "-shared", "-fPIC", source];
  mustRun(cc, [...shared, "-o", join(folder, "libmxnet.so"), "-Wl,-soname,libmxnet.so"]);
  mustRun(cc, [...shared, "-o", join(folder, "libmxnet_predict.so")]);
}

/**
 * @param {OldProgram} program
 * @param {object} where
 * @param {string} where.include Folder that has mxnet/c_predict_api.h.
 * @param {string} where.libraries Folder that has the libraries to link with.
 * @param {string} where.out Folder of the executable.
 * @param {string[]} [where.extra] More for the command line.
 * @returns {string} Path of the executable.
 */
export function buildProgram(program, { include, libraries, out, extra = [] }) {
  const [cc = "", ...leading] = program.source.endsWith(".cpp") ? ["g++"] : findCompiler().command;
  const executable = join(out, program.name);
  mustRun(cc, [
    ...leading,
    "-O1",
    "-Wall",
    "-Wextra",
    "-Werror",
    ...(program.flags ?? []),
    join(HERE, program.source),
    "-o",
    executable,
    `-I${include}`,
    `-L${libraries}`,
    ...(program.library === "none" ? [] : [`-l${program.library}`]),
    "-lm",
    "-ldl",
    "-pthread",
    ...extra,
  ]);
  return executable;
}

/**
 * As {@link runProgram}, for programs that have the reference in their process: about one run in
 * two hundred it aborts or hangs by itself, so a run that ended badly is made once or twice more.
 *
 * @type {typeof runProgram}
 */
export function runWithReference(command, args, libraryFolders, env = {}) {
  let result = runProgram(command, args, libraryFolders, env, 20_000);
  for (let more = 0; more < 2 && result.ended !== 0; more++) {
    result = runProgram(command, args, libraryFolders, env, 20_000);
  }
  return result;
}

/**
 * @param {string} command
 * @param {string[]} args
 * @param {string[]} libraryFolders
 * @param {Record<string, string>} [env]
 * @param {number} [timeout] Milliseconds.
 */
export function runProgram(command, args, libraryFolders, env = {}, timeout = 60_000) {
  const result = spawnSync(command, args, {
    encoding: "utf8",
    timeout,
    env: { ...process.env, ...env, LD_LIBRARY_PATH: libraryFolders.join(":") },
  });
  const ended = result.error ? String(result.error) : (result.signal ?? result.status);
  return { ended, stdout: result.stdout, stderr: result.stderr };
}

/** @param {string} name */
export function expectedOutput(name) {
  return readFileSync(join(HERE, "expected", `${name}.txt`), "utf8");
}

/**
 * Words must be equal, but for numbers with a decimal point: those may differ in the last places,
 * because two libraries add in another order.
 *
 * @param {string} text
 * @param {string} expected
 * @returns {string} The first difference; empty if there is none.
 */
export function outputDifference(text, expected) {
  const lines = text.trimEnd().split("\n");
  const expectedLines = expected.trimEnd().split("\n");
  for (let i = 0; i < Math.max(lines.length, expectedLines.length); i++) {
    const line = lines[i];
    const other = expectedLines[i];
    const place = `line ${i + 1}: ${JSON.stringify(line)}, expected ${JSON.stringify(other)}`;
    if (line === undefined || other === undefined) return place;
    const words = line.split(/[ ,=]+/);
    const otherWords = other.split(/[ ,=]+/);
    if (words.length !== otherWords.length) return place;
    for (const [k, word] of words.entries()) {
      const wanted = otherWords[k] ?? "";
      if (word === wanted) continue;
      if (!/^-?\d+\.\d+$/.test(word) || !/^-?\d+\.\d+$/.test(wanted)) return place;
      if (!(Math.abs(Number(word) - Number(wanted)) <= 1e-5 + 1e-4 * Math.abs(Number(wanted)))) {
        return place;
      }
    }
  }
  return "";
}

/** @returns {string | undefined} The folder of the reference's libmxnet.so, if a reference is named. */
export function referenceFolder() {
  const python = process.env["LIBPREDICT_REFERENCE_PYTHON"];
  if (python === undefined || python === "") return undefined;
  const script =
    "import importlib.util; print(importlib.util.find_spec('mxnet').submodule_search_locations[0])";
  const folder = mustRun(python, ["-c", script]).trim();
  return existsSync(join(folder, "libmxnet.so")) ? folder : undefined;
}

/**
 * The reference under both names.
 *
 * @param {string} folder Is made, with the second name in it.
 * @returns {string[] | undefined}
 */
export function referenceLibraries(folder) {
  const reference = referenceFolder();
  if (reference === undefined) return undefined;
  mkdirSync(folder, { recursive: true });
  const second = join(folder, "libmxnet_predict.so");
  if (!existsSync(second)) symlinkSync(join(reference, "libmxnet.so"), second);
  return [reference, folder];
}

/** @param {string} out @param {{ include: string, libraries: string }} where @returns {string} */
export function buildGoProgram(out, { include, libraries }) {
  const executable = join(out, "cgo-classifier");
  mustRun("go", ["build", "-o", executable, join(HERE, "go", "cgo-classifier.go")], out, {
    GO111MODULE: "off",
    CGO_ENABLED: "1",
    CGO_CFLAGS: `-I${include}`,
    CGO_LDFLAGS: `-L${libraries}`,
  });
  return executable;
}

/**
 * javac with -h for the class and its header, then the C file.
 *
 * @param {string} out
 * @param {{ include: string, libraries: string }} where
 * @returns {string[]} The command line that runs it, before its arguments.
 */
export function buildJavaProgram(out, { include, libraries }) {
  const home = javaHome() ?? "";
  mustRun(join(home, "bin", "javac"), [
    "-d",
    out,
    "-h",
    out,
    join(HERE, "java", "DigitPredictor.java"),
  ]);
  const [cc = "", ...leading] = findCompiler().command;
  mustRun(cc, [
    ...leading,
    "-shared",
    "-fPIC",
    "-Wall",
    "-Wextra",
    "-Werror",
    join(HERE, "java", "digit-predictor-jni.c"),
    "-o",
    join(out, "libdigitpredictor.so"),
    `-I${out}`,
    `-I${join(home, "include")}`,
    `-I${join(home, "include", process.platform)}`,
    `-I${include}`,
    `-L${libraries}`,
    "-lmxnet",
  ]);
  return [
    join(home, "bin", "java"),
    "-Xshare:auto",
    `-Djava.library.path=${out}`,
    "-cp",
    out,
    "DigitPredictor",
  ];
}

/** @returns {string | undefined} A JDK that has javac and the headers of JNI. */
export function javaHome() {
  const found = spawnSync("sh", ["-c", "command -v javac"], { encoding: "utf8" }).stdout.trim();
  const candidates = [
    process.env["JAVA_HOME"] ?? "",
    found === "" ? "" : dirname(dirname(realpathSync(found))),
  ];
  return candidates.find((home) => home !== "" && existsSync(join(home, "include", "jni.h")));
}

/** @returns {{ label: string, path: string }[]} Pythons of both ages. */
export function pythons() {
  const pyenv = join(process.env["HOME"] ?? "", ".pyenv", "versions");
  const two = ["python2.7", "python2", join(pyenv, "2.7.18", "bin", "python2.7")];
  /** @type {(label: string, names: string[]) => { label: string, path: string }[]} */
  const first = (label, names) => {
    const path = names.find((name) => spawnSync(name, ["-c", "import ctypes"]).status === 0);
    return path === undefined ? [] : [{ label, path }];
  };
  return [...first("Python 3", ["python3"]), ...first("Python 2", two)];
}

/** @param {Fixtures} files @returns {string[]} */
export const classifierArgs = (files) => [files.symbol, files.params, ...files.images];

/** @param {Fixtures} files @param {string} library @returns {string[]} */
export const pythonArgs = (files, library) => [
  join(HERE, "python", "ctypes_classifier.py"),
  library,
  files.symbol,
  files.params,
  files.mean,
  ...files.images,
];

export const EXPECTED_FOLDER = join(HERE, "expected");
