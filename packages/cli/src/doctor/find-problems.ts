/** From facts to what is wrong and how to mend it. */
import type { DoctorReport, Problem } from "./doctor-report.js";
import { publishedDifferences } from "./published-library.js";

/** Levels of kernels on x86-64, rising, and what a processor needs for each. */
const levels = [
  { isa: "base", needs: [] },
  { isa: "avx2", needs: ["avx", "fma", "avx2"] },
  { isa: "avx512", needs: ["avx", "fma", "avx2", "avx512f"] },
] as const;

/** Everything that is wrong. */
export function findProblems(facts: Omit<DoctorReport, "ok" | "problems">): readonly Problem[] {
  return [
    ...engineProblems(facts),
    ...glibcProblems(facts),
    ...publishedProblems(facts),
    ...speedProblems(facts),
    ...runtimeProblems(facts),
    ...selfTestProblems(facts),
  ];
}

type Facts = Omit<DoctorReport, "ok" | "problems">;

function* engineProblems({ engine, version, runtime, machine, environment }: Facts) {
  const path = environment["LIBPREDICT_PATH"];
  if (engine.path === null) {
    if (engine.tried.some(({ glibc }) => glibc !== undefined)) return;
    const named = engine.tried.find(({ source }) => source === "path" && engine.tried.length === 1);
    if (named)
      yield error(
        `the library that --library names cannot be used: ${named.reason}`,
        "Give the path of libpredict.so (or its folder), or leave --library out.",
      );
    else if (path)
      yield error(
        `LIBPREDICT_PATH names ${path}, which cannot be used: ${engine.tried.find(({ source }) => source === "LIBPREDICT_PATH")?.reason}`,
        "Unset LIBPREDICT_PATH, or let it name libpredict.so or its folder.",
      );
    else
      yield error(
        "there is no library for this system",
        `npm install ${runtime.platformPackage}; if there is no such package, build the library from its sources and set LIBPREDICT_PATH.`,
      );
    return;
  }
  if (engine.version === null)
    yield warning(
      "this is MXNet's own library, or another with its functions only: models are not shared, check and inspect do not work",
      "Leave --library and LIBPREDICT_PATH out to use libpredict's.",
    );
  else if (engine.version !== version)
    yield warning(
      `the library has version ${engine.version}, this command ${version}`,
      "Install both in the same version.",
    );
  const { isa } = engine.build;
  const wanted = environment["LIBPREDICT_ISA"];
  if (wanted && !levels.some((level) => level.isa === wanted))
    yield warning(
      `LIBPREDICT_ISA is "${wanted}", which is no level and has no effect`,
      `Unset it, or use ${levels.map((level) => level.isa).join(", ")}.`,
    );
  const best = levels.findLast(({ needs }) =>
    needs.every((name) => machine.instructionSets?.includes(name)),
  );
  const rank = levels.findIndex((level) => level.isa === isa);
  if (isa !== undefined && best && rank >= 0 && rank < levels.indexOf(best))
    yield warning(
      `the kernels are those for ${isa}, the processor can ${best.isa}`,
      wanted === isa
        ? "Unset LIBPREDICT_ISA."
        : "Use a library that was built by gcc or clang for this kind of processor.",
    );
}

function* glibcProblems({ engine, machine }: Facts) {
  const severity = engine.path === null ? error : warning;
  for (const { path, glibc } of engine.tried)
    if (glibc !== undefined)
      yield severity(
        `${path} needs glibc ${glibc} or newer; this system has ${machine.libc}`,
        "Use a newer system, or build the library on this one from predict.c of @libpredict/c-api (in a checkout of the repository: npm run build) and let LIBPREDICT_PATH name it.",
      );
}

function* publishedProblems({ engine }: Facts) {
  const { path, published, publishedFailure, build } = engine;
  const mend = (name: string): string =>
    `Install ${name} again (remove node_modules, then npm ci); in a checkout of the repository: npm run build.`;
  if (publishedFailure !== null)
    yield warning(
      `whether ${path} is the file that was published is not known: ${publishedFailure}`,
      mend("its package"),
    );
  if (published === null) return;
  const differences = publishedDifferences(published, build["source"]);
  if (differences.length > 0)
    yield warning(
      `${path} is not the file that was published as ${published.package}: ${differences.join(", ")}`,
      mend(published.package),
    );
}

function* speedProblems({ engine, machine, environment }: Facts) {
  const { vectors, threads, cpus } = engine.build;
  if (vectors === "no")
    yield warning(
      "the library was built without vector instructions and is slow",
      "Build it with gcc or clang.",
    );
  if (threads === "no")
    yield warning(
      "the library was built without threads: a run uses one processor",
      "Use a build with threads.",
    );
  const asked = environment["LIBPREDICT_NUM_THREADS"];
  if (asked && !/^0*[1-9]\d*$/.test(asked))
    yield warning(
      `LIBPREDICT_NUM_THREADS is "${asked}", which is no number of threads and has no effect`,
      "Unset it, or set it to a whole number from 1.",
    );
  const quota = machine.cgroupProcessors;
  const used = Number(cpus ?? machine.usableProcessors);
  if (engine.path !== null && threads !== "no" && quota !== null && used > Math.ceil(quota))
    yield warning(
      `a run uses ${used} threads, the container may use ${quota} processors: threads are stopped in turns`,
      `Set LIBPREDICT_NUM_THREADS to ${Math.max(1, Math.floor(quota))}, or pass --threads (in code: the option threads).`,
    );
}

function* runtimeProblems({ runtime, environment }: Facts) {
  const least = runtime.nodeRange.replace(/^>=/, "");
  if (isOlder(runtime.node, least))
    yield error(`Node ${runtime.node} is older than ${least}`, `Install Node ${least} or newer.`);
  if (runtime.sharp === null)
    yield warning(
      `images cannot be decoded, arrays (.npy) can; sharp: ${runtime.sharpFailure}`,
      "npm install sharp",
    );
  const poolSize = environment["UV_THREADPOOL_SIZE"];
  if (poolSize != null && runtime.threadPoolSize === 1)
    yield warning(
      `UV_THREADPOOL_SIZE is ${poolSize}: one native call at a time, files included`,
      "Unset it, or set it to the number of predictions at the same time and a few more.",
    );
}

function* selfTestProblems({ selfTest, engine, environment }: Facts) {
  for (const { name, failure } of selfTest?.checks ?? []) {
    if (failure === null) continue;
    const tryBase = engine.version !== null && environment["LIBPREDICT_ISA"] !== "base";
    yield error(
      `self test, ${name}: ${failure}`,
      tryBase
        ? "Try with LIBPREDICT_ISA=base in the environment, and please report this with the output of doctor --json."
        : "Please report this with the output of doctor --json.",
    );
  }
}

/** Whether a version such as 20.20.2 comes before another. */
export function isOlder(version: string, least: string): boolean {
  const numbers = (text: string): number[] => text.split(".").map(Number);
  const [a, b] = [numbers(version), numbers(least)];
  for (let i = 0; i < 3; i++) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0);
    if (difference !== 0) return difference < 0;
  }
  return false;
}

function error(problem: string, mend: string): Problem {
  return { severity: "error", problem, mend };
}

function warning(problem: string, mend: string): Problem {
  return { severity: "warning", problem, mend };
}
