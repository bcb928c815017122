// Measures single layers, by every algorithm, as a share of the machine's multiply-add peak.
// Usage: node scripts/kernel-bench.mjs [options]
//   --only TEXT        layers whose "class: name" contains it, such as "3x3:" or "depthwise"
//   --algorithm TEXT   algorithms whose name contains it
//   --threads N,M      1 if not given
//   --level L,M        base, avx2, avx512; the highest of this processor if not given
//   --rounds N         samples of each measurement, the least counts; 12
//   --runs N           runs of each sample, instead of as many as take a while: for counts of instructions
//   --cold             weights and data come from memory, not from caches
//   --whole            times whole forwards with the algorithm the plan chooses
//   --save FILE        keeps the measured build, for a later --against
//   --against FILE     measures this build too, in turns; shows how many times faster the new one is
//   --json             lines of JSON instead of tables
//   --fit              prints, for each algorithm of Convolution, what a multiply-add and a float
//                      that is moved cost: constants for the plan's estimates
// $CC and $CFLAGS as everywhere. With $LIBPREDICT_RUNNER, or for WebAssembly by
// node scripts/wasi.mjs kernel-bench.mjs, program and library are one, without --save and --against. FILE may also be a library as it is shipped: then whole forwards.

import { spawn } from "node:child_process";
import { copyFileSync, mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { CompilerError, findCompiler, threadFlags } from "./compiler.mjs";
import { fitCosts } from "./fit-costs.mjs";
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
import { runnable, runnerWords } from "./runner.mjs";

/**
 * @typedef {object} Measurement
 * @property {string} group
 * @property {string} layer
 * @property {string} op
 * @property {string} algorithm
 * @property {boolean} chosen The plan takes it.
 * @property {number} library 0: this build; 1: the other.
 * @property {number} ns
 * @property {number} multiply_adds
 * @property {number} bytes
 */

/**
 * @typedef {object} Machine
 * @property {string} level
 * @property {number} threads
 * @property {number} multiply_adds_per_ns
 * @property {number} l2_bytes_per_ns
 * @property {number} memory_bytes_per_ns
 */

/**
 * The engine as it is shipped, with the hooks that choose and time an algorithm.
 *
 * @param {import("./compiler.mjs").Compiler} compiler
 * @returns {Promise<{ library?: string, program: string }>} No library: the program has it in itself.
 */
async function buildBench(compiler) {
  const flags = [...compileFlags(PACKAGE_ROOT, SHIPPED_FLAGS), "-DLP_TEST_HOOKS"];
  const folder = objectFolder(compiler, flags);
  const { objects, broken } = await compileEngine(compiler, flags, { tune: shippedFlags });
  if (broken.length > 0) throw new BuildError(broken.join("\n"));
  const linked = runnerWords().length > 0;
  const benchFlags = [
    ...flags,
    `-I${join(PACKAGE_ROOT, "test")}`,
    ...(linked ? ["-DBENCH_LINKED"] : []),
  ];
  /** @param {string} name */
  const compileBench = (name) =>
    compileObject(
      compiler,
      benchFlags,
      join(PACKAGE_ROOT, "bench", `${name}.c`),
      join(folder, linked ? `${name}_linked.o` : `${name}.o`),
    );
  const program = join(folder, linked ? "kernel_bench_linked" : "kernel_bench");
  if (linked) {
    const parts = [await compileBench("kernel_bench"), await compileBench("bench_steps")];
    await runTool([
      ...compiler.command,
      ...parts,
      ...objects,
      "-o",
      program,
      "-lm",
      ...threadFlags(),
    ]);
    return { program };
  }
  const library = join(folder, "libkernels.so");
  await runTool([
    ...compiler.command,
    "-shared",
    ...objects,
    await compileBench("bench_steps"),
    "-o",
    library,
    "-lm",
    ...threadFlags(),
  ]);
  const main = await compileBench("kernel_bench");
  await runTool([...compiler.command, main, "-o", program, "-ldl", "-lm", ...threadFlags()]);
  return { library, program };
}

/**
 * @param {string[]} command
 * @param {string | undefined} level
 * @param {(line: Measurement | Machine) => void} receive
 * @returns {Promise<void>}
 */
function runBench(command, level, receive) {
  const [program = "", ...args] = command;
  const env = level === undefined ? process.env : { ...process.env, LIBPREDICT_ISA: level };
  return new Promise((fulfil, reject) => {
    const child = spawn(...runnable(program, args), { env, stdio: ["ignore", "pipe", "inherit"] });
    let rest = "";
    child.stdout.setEncoding("utf8").on("data", (part) => {
      const lines = `${rest}${part}`.split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) receive(JSON.parse(line));
    });
    child.on("error", reject);
    child.on("close", (code, signal) => {
      if (code === 0) fulfil();
      else reject(new BuildError(`kernel_bench: ${signal ?? `exit code ${code}`}`));
    });
  });
}

/** @param {number} value @param {number} width */
const right = (value, width, digits = 1) => value.toFixed(digits).padStart(width);

/** @param {Measurement[]} measurements @param {Machine} machine @param {boolean} compare */
function printTable(measurements, machine, compare) {
  const peak = machine.multiply_adds_per_ns;
  console.log(
    `\n${machine.level}, ${machine.threads} ${machine.threads === 1 ? "thread" : "threads"}: peak ${(2 * peak).toFixed(1)} GFLOPS, one thread reads ${machine.l2_bytes_per_ns.toFixed(1)} GB/s from L2, ${machine.memory_bytes_per_ns.toFixed(1)} GB/s from memory`,
  );
  console.log(
    "* the plan's choice; a share of the peak above 100 % comes from fewer multiplications",
  );
  let group = "";
  for (const m of measurements.filter(({ library }) => library === 0)) {
    if (m.group !== group) {
      group = m.group;
      console.log(
        `\n${group.padEnd(34)}${"algorithm".padEnd(24)}${"us".padStart(10)}${"GFLOPS".padStart(9)}${"peak".padStart(8)}${"GB/s".padStart(8)}${compare ? "   faster" : ""}`,
      );
    }
    const work = m.multiply_adds > 0;
    const other = measurements.find(
      (o) =>
        o.library === 1 &&
        o.layer === m.layer &&
        o.group === m.group &&
        (m.algorithm === "" || o.algorithm === ""
          ? o.chosen && m.chosen
          : o.algorithm === m.algorithm),
    );
    const best =
      other ??
      measurements.find(
        (o) => o.library === 1 && o.layer === m.layer && o.group === m.group && o.chosen,
      );
    console.log(
      `  ${m.layer.padEnd(32)}${`${m.algorithm || "whole"}${m.chosen && m.algorithm !== "" ? " *" : ""}`.padEnd(24)}${right(m.ns / 1e3, 10)}${
        work ? right((2 * m.multiply_adds) / m.ns, 9) : " ".repeat(9)
      }${work ? `${right((100 * m.multiply_adds) / m.ns / peak, 6, 0)} %` : " ".repeat(8)}${right(m.bytes / m.ns, 8)}${
        compare && best !== undefined
          ? `${right(best.ns / m.ns, 8, 3)}x${other === undefined ? ` (against its ${best.algorithm})` : ""}`
          : ""
      }`,
    );
  }
}

async function main() {
  const { values } = parseArgs({
    options: {
      only: { type: "string" },
      algorithm: { type: "string" },
      threads: { type: "string", default: "1" },
      level: { type: "string" },
      rounds: { type: "string" },
      runs: { type: "string" },
      cold: { type: "boolean", default: false },
      whole: { type: "boolean", default: false },
      save: { type: "string" },
      against: { type: "string" },
      json: { type: "boolean", default: false },
      fit: { type: "boolean", default: false },
    },
  });
  const { library, program } = await buildBench(findCompiler());
  if (library === undefined && (values.save ?? values.against) !== undefined) {
    throw new BuildError("--save and --against need a library that can be loaded");
  }
  if (library !== undefined && values.save !== undefined) {
    mkdirSync(resolve(values.save, ".."), { recursive: true });
    copyFileSync(library, values.save);
  }
  const against = values.against === undefined ? [] : [resolve(values.against)];
  for (const level of values.level?.split(",") ?? [undefined]) {
    for (const threads of values.threads.split(",")) {
      /** @type {Measurement[]} */
      const measurements = [];
      /** @type {Machine | undefined} */
      let machine;
      const command = [
        program,
        ...(library === undefined ? [] : [library]),
        ...against,
        "--threads",
        threads,
      ];
      for (const name of /** @type {const} */ (["only", "algorithm", "rounds", "runs"])) {
        const value = values[name];
        if (value !== undefined) command.push(`--${name}`, value);
      }
      for (const name of /** @type {const} */ (["cold", "whole"])) {
        if (values[name]) command.push(`--${name}`);
      }
      await runBench(command, level, (line) => {
        if ("level" in line) machine = line;
        else measurements.push(line);
        if (values.json) console.log(JSON.stringify(line));
      });
      if (machine === undefined) throw new BuildError("kernel_bench said nothing of the machine");
      if (level !== undefined && machine.level !== level) {
        console.error(`${level}: not on this processor; ${machine.level} was measured`);
      }
      if (!values.json) printTable(measurements, machine, against.length > 0);
      if (values.fit) console.log(fitCosts(measurements));
    }
  }
}

try {
  await main();
} catch (error) {
  if (!(error instanceof BuildError) && !(error instanceof CompilerError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
