import { describe, expect, it } from "vitest";
import type { DoctorReport } from "../../src/doctor/doctor-report.js";
import { findProblems, isOlder } from "../../src/doctor/find-problems.js";

type Facts = Omit<DoctorReport, "ok" | "problems">;

const published = {
  manifest: "/lib/libpredict.json",
  package: "@libpredict/linux-x64",
  sha256: "cd34".repeat(16),
  actualSha256: "cd34".repeat(16),
  source: "ab12".repeat(16),
  glibc: "2.28",
};

/** A machine on which all is well. */
const healthy: Facts = {
  version: "1.2.3",
  engine: {
    path: "/lib/libpredict.so",
    source: "@libpredict/linux-x64",
    tried: [],
    version: "1.2.3",
    build: { isa: "avx2", vectors: "yes", threads: "yes", blas: "no", cpus: "4", source: "ab12" },
    published,
    publishedFailure: null,
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

const noLibrary = {
  path: null,
  source: null,
  version: null,
  build: {},
  published: null,
  publishedFailure: null,
};

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
    "a library for a newer glibc",
    {
      engine: {
        ...noLibrary,
        tried: [
          { source: "path", reason: "not given" },
          { source: "x", path: "/lib/libpredict.so", reason: "y", glibc: "2.38" },
        ],
      },
    },
    "error",
    /^\/lib\/libpredict\.so needs glibc 2\.38 or newer; this system has glibc 2\.36$/,
    /build the library on this one/,
  ],
  [
    "a library for a newer glibc where another one loads",
    {
      engine: {
        ...healthy.engine,
        tried: [{ source: "x", path: "/new.so", reason: "y", glibc: "2.38" }],
      },
    },
    "warning",
    /^\/new\.so needs glibc 2\.38/,
    /newer system/,
  ],
  [
    "a library that is not the published one",
    { engine: { ...healthy.engine, published: { ...published, actualSha256: "ef56".repeat(16) } } },
    "warning",
    /so is not the file that was published as @libpredict\/linux-x64: its SHA-256 begins with ef56ef56ef56ef56 instead of cd34cd34cd34cd34$/,
    /Install @libpredict\/linux-x64 again.*npm run build/,
  ],
  [
    "a library from other sources than the published one",
    { engine: { ...healthy.engine, published: { ...published, source: "ef56".repeat(16) } } },
    "warning",
    /made from sources ab12 instead of ef56/,
    /npm run build/,
  ],
  [
    "a libpredict.json that says nothing",
    { engine: { ...healthy.engine, published: null, publishedFailure: "/x is damaged: why" } },
    "warning",
    /is not known: \/x is damaged: why$/,
    /again/,
  ],
  [
    "MXNet's library",
    { engine: { ...healthy.engine, ...noLibrary, path: "/lib/libmxnet.so", tried: [] } },
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
