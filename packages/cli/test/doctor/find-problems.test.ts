import { describe, expect, it } from "vitest";
import type { DoctorReport } from "../../src/doctor/doctor-report.js";
import { findProblems, isOlder } from "../../src/doctor/find-problems.js";

type Facts = Omit<DoctorReport, "ok" | "problems">;

/** A machine on which all is well. */
const healthy: Facts = {
  version: "1.2.3",
  engine: {
    path: "/lib/libpredict.so",
    source: "@libpredict/linux-x64",
    tried: [],
    version: "1.2.3",
    build: { isa: "avx2", vectors: "yes", threads: "yes", blas: "no", cpus: "4" },
  },
  machine: {
    platform: "linux",
    architecture: "x64",
    libc: "glibc 2.36",
    processor: "some",
    instructionSets: ["avx", "fma", "avx2"],
    processors: 4,
    usableProcessors: 4,
    cgroupProcessors: null,
  },
  runtime: {
    node: "20.20.2",
    nodeRange: ">=20.19",
    platformPackage: "@libpredict/linux-x64",
    koffi: "3.0.0",
    sharp: "0.35.0",
    sharpFailure: null,
    threadPoolSize: 4,
  },
  environment: { LIBPREDICT_PATH: null, LIBPREDICT_ISA: null, UV_THREADPOOL_SIZE: null },
  selfTest: {
    checks: [{ name: "results", ok: true, failure: null }],
    threads: 4,
    convolutionMs: 1,
    multiplyAddsPerSecond: 1e11,
  },
};

const noLibrary = { path: null, source: null, version: null, build: {} };

/** Each problem: what differs, its severity, its text, what to do. */
const cases: readonly [string, Partial<Facts>, "error" | "warning", RegExp, RegExp][] = [
  [
    "no library",
    {
      engine: {
        ...noLibrary,
        tried: [
          { source: "path", reason: "not given" },
          { source: "x", reason: "y" },
        ],
      },
    },
    "error",
    /no library for this system/,
    /npm install @libpredict\/linux-x64/,
  ],
  [
    "a library of --library that is none",
    { engine: { ...noLibrary, tried: [{ source: "path", path: "/a", reason: "no such file" }] } },
    "error",
    /--library names cannot be used: no such file/,
    /leave --library out/,
  ],
  [
    "a library of LIBPREDICT_PATH that is none",
    {
      engine: {
        ...noLibrary,
        tried: [
          { source: "path", reason: "not given" },
          { source: "LIBPREDICT_PATH", path: "/a", reason: "no such file" },
        ],
      },
      environment: { LIBPREDICT_PATH: "/a" },
    },
    "error",
    /LIBPREDICT_PATH names \/a, which cannot be used: no such file/,
    /Unset LIBPREDICT_PATH/,
  ],
  [
    "MXNet's library",
    { engine: { ...healthy.engine, version: null, build: {} } },
    "warning",
    /MXNet's own/,
    /Leave/,
  ],
  [
    "another version",
    { engine: { ...healthy.engine, version: "1.0.0" } },
    "warning",
    /1\.0\.0, this command 1\.2\.3/,
    /same/,
  ],
  [
    "kernels below the processor",
    { engine: { ...healthy.engine, build: { ...healthy.engine.build, isa: "base" } } },
    "warning",
    /for base, the processor can avx2/,
    /gcc or clang/,
  ],
  [
    "kernels lowered by the environment",
    {
      engine: { ...healthy.engine, build: { ...healthy.engine.build, isa: "base" } },
      environment: { LIBPREDICT_ISA: "base" },
    },
    "warning",
    /for base, the processor can avx2/,
    /Unset LIBPREDICT_ISA/,
  ],
  [
    "an unknown level",
    { environment: { LIBPREDICT_ISA: "sse9" } },
    "warning",
    /"sse9", which is no level/,
    /base, avx2, avx512/,
  ],
  [
    "a build without vectors",
    { engine: { ...healthy.engine, build: { ...healthy.engine.build, vectors: "no" } } },
    "warning",
    /without vector instructions/,
    /gcc or clang/,
  ],
  [
    "a build without threads",
    { engine: { ...healthy.engine, build: { ...healthy.engine.build, threads: "no" } } },
    "warning",
    /without threads/,
    /build with threads/,
  ],
  [
    "a number of threads that is none",
    { environment: { LIBPREDICT_NUM_THREADS: "many" } },
    "warning",
    /"many", which is no number of threads/,
    /whole number from 1/,
  ],
  [
    "more threads than the container allows",
    { machine: { ...healthy.machine, cgroupProcessors: 1.5 } },
    "warning",
    /uses 4 threads, the container may use 1\.5/,
    /LIBPREDICT_NUM_THREADS to 1,/,
  ],
  [
    "an old Node",
    { runtime: { ...healthy.runtime, node: "18.19.1" } },
    "error",
    /Node 18\.19\.1 is older than 20\.19/,
    /Install Node/,
  ],
  [
    "no sharp",
    { runtime: { ...healthy.runtime, sharp: null, sharpFailure: "not installed" } },
    "warning",
    /images cannot be decoded.*not installed/,
    /npm install sharp/,
  ],
  [
    "one thread for all native calls",
    {
      runtime: { ...healthy.runtime, threadPoolSize: 1 },
      environment: { UV_THREADPOOL_SIZE: "1" },
    },
    "warning",
    /UV_THREADPOOL_SIZE is 1/,
    /Unset it/,
  ],
  [
    "a wrong result",
    {
      selfTest: {
        checks: [{ name: "results", ok: false, failure: "3 instead of 4" }],
        threads: null,
        convolutionMs: null,
        multiplyAddsPerSecond: null,
      },
    },
    "error",
    /self test, results: 3 instead of 4/,
    /LIBPREDICT_ISA=base/,
  ],
];

describe("findProblems", () => {
  it("finds nothing where all is well", () => {
    expect(findProblems(healthy)).toEqual([]);
  });

  it.each(cases)("finds %s", (_name, change, severity, problem, mend) => {
    expect(findProblems({ ...healthy, ...change })).toEqual([
      {
        severity,
        problem: expect.stringMatching(problem) as string,
        mend: expect.stringMatching(mend) as string,
      },
    ]);
  });

  it("has nothing against a container that allows what is used", () => {
    expect(
      findProblems({ ...healthy, machine: { ...healthy.machine, cgroupProcessors: 3.5 } }),
    ).toEqual([]);
  });
});

describe("isOlder", () => {
  it("compares numbers, not text", () => {
    expect(isOlder("20.9.0", "20.19")).toBe(true);
    expect(isOlder("20.19.0", "20.19")).toBe(false);
    expect(isOlder("22.0.0", "20.19")).toBe(false);
    expect(isOlder("18.20.0", "20.19")).toBe(true);
  });
});
