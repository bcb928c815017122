/** What `doctor` finds, as `--json` writes it. Absent facts are null. */
import type { LoadAttempt } from "@libpredict/ffi";
import type { PublishedLibrary } from "./published-library.js";

/** Everything that `doctor` finds. */
export interface DoctorReport {
  /** Whether no problem is an error. */
  readonly ok: boolean;
  /** Version of this command. */
  readonly version: string;
  readonly engine: EngineFacts;
  readonly machine: MachineFacts;
  readonly runtime: RuntimeFacts;
  /** Variables that change what happens, and their values. */
  readonly environment: Readonly<Record<string, string | null>>;
  /** Null without a library. */
  readonly selfTest: SelfTestResult | null;
  readonly problems: readonly Problem[];
}

/** Something that is wrong, and what to do about it. */
export interface Problem {
  /** `error`: predictions fail or are wrong; `warning`: they are slower, or a feature is missing. */
  readonly severity: "error" | "warning";
  readonly problem: string;
  readonly mend: string;
}

/** The native library. */
export interface EngineFacts {
  /** The file; null if none was found. */
  readonly path: string | null;
  /** Which rule of the lookup found it. */
  readonly source: string | null;
  /** The places before it, and why each gave none. */
  readonly tried: readonly EngineAttempt[];
  /** What was published, and whether this is it; null: no `libpredict.json` beside it. */
  readonly published: PublishedLibrary | null;
  /** Why `libpredict.json` says nothing; null: it does, or is not there. */
  readonly publishedFailure: string | null;
  /** Null with MXNet's own library. */
  readonly version: string | null;
  /** `LPGetBuildInfo`, such as `{ isa: "avx2", threads: "yes" }`. */
  readonly build: Readonly<Record<string, string>>;
}

/** A place without a library that can be used. */
export interface EngineAttempt extends LoadAttempt {
  /** The glibc that the library there needs, where an older one is the reason. */
  readonly glibc?: string;
}

/** The computer. */
export interface MachineFacts {
  /** `linux`, `darwin`, `win32`. */
  readonly platform: string;
  /** `x64`, `arm64`. */
  readonly architecture: string;
  /** `glibc 2.36`, `musl`; null where there is no choice. */
  readonly libc: string | null;
  readonly processor: string;
  /** Of the instruction sets that matter here, those that the processor has; null: not known on this system. */
  readonly instructionSets: readonly string[] | null;
  /** Processors of the machine. */
  readonly processors: number;
  /** Processors that this process may run on. */
  readonly usableProcessors: number;
  /** Processors' worth of time that the container may use; null: no limit. */
  readonly cgroupProcessors: number | null;
}

/** Node and its packages. */
export interface RuntimeFacts {
  readonly node: string;
  /** The range that this package needs. */
  readonly nodeRange: string;
  /** The package that carries the library for this system. */
  readonly platformPackage: string;
  readonly koffi: string | null;
  /** Decodes images; null: it cannot be loaded. */
  readonly sharp: string | null;
  /** Why not: `not installed`, or what the module says. */
  readonly sharpFailure: string | null;
  /** Native calls at the same time: libuv's threads. */
  readonly threadPoolSize: number;
}

/** How a small network fared. */
export interface SelfTestResult {
  /** Each network with its result. */
  readonly checks: readonly SelfTestCheck[];
  /** Threads of the timed run; null: the library cannot tell. */
  readonly threads: number | null;
  /** Best time of one 3×3 convolution over 64×56×56, in ms; null: it failed. */
  readonly convolutionMs: number | null;
  /** Multiply-adds in a second at that. */
  readonly multiplyAddsPerSecond: number | null;
}

/** One thing that was tried. */
export interface SelfTestCheck {
  readonly name: string;
  readonly ok: boolean;
  /** What went wrong; null if nothing did. */
  readonly failure: string | null;
}
