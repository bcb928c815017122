/** The processor and what of it this process may use. */
import { readFileSync } from "node:fs";
import { availableParallelism, cpus } from "node:os";
import type { MachineFacts } from "./doctor-report.js";

/** Instruction sets that kernels use or may use, as Linux spells them. */
const relevant = [
  ["sse4_2", "avx", "f16c", "fma", "avx2", "avx512f", "avx512bw", "avx512vl", "avx512_vnni"],
  ["asimd", "asimdhp", "asimddp", "i8mm", "sve"],
].flat();

/** Looks at this machine. */
export function machineFacts(): MachineFacts {
  const processors = cpus();
  return {
    platform: process.platform,
    architecture: process.arch,
    libc: libcOf(),
    processor: processors[0]?.model.trim() || "unknown",
    instructionSets: instructionSets(readText("/proc/cpuinfo")),
    processors: processors.length,
    usableProcessors: availableParallelism(),
    cgroupProcessors: cgroupProcessors(readText),
  };
}

function libcOf(): string | null {
  if (process.platform !== "linux") return null;
  const report = process.report?.getReport() as
    | { header?: { glibcVersionRuntime?: string } }
    | undefined;
  const version = report?.header?.glibcVersionRuntime;
  return version === undefined ? "musl" : `glibc ${version}`;
}

/** The relevant instruction sets in the text of `/proc/cpuinfo`; null without one. */
export function instructionSets(cpuinfo: string | undefined): readonly string[] | null {
  const line = cpuinfo?.match(/^(?:flags|Features)\s*:(.*)$/m)?.[1];
  if (line === undefined) return null;
  const flags = new Set(line.trim().split(/\s+/));
  return relevant.filter((name) => flags.has(name));
}

/**
 * Processors' worth of time that the process's control group, or one above it, allows; null: all.
 *
 * @param read - gives a file's text, or undefined if there is none
 */
export function cgroupProcessors(read: (path: string) => string | undefined): number | null {
  const quotas: number[] = [];
  for (const line of (read("/proc/self/cgroup") ?? "").split("\n")) {
    const [, controllers, path] = /^\d+:([^:]*):(.*)$/.exec(line) ?? [];
    if (controllers === undefined || path === undefined) continue;
    if (controllers !== "" && !controllers.split(",").includes("cpu")) continue;
    for (let folder = path; ; folder = folder.slice(0, folder.lastIndexOf("/"))) {
      quotas.push(controllers === "" ? quotaOfV2(folder, read) : quotaOfV1(folder, read));
      if (folder === "" || folder === "/") break;
    }
  }
  const least = Math.min(...quotas);
  return Number.isFinite(least) ? least : null;
}

type Read = (path: string) => string | undefined;

/** `cpu.max`: `max 100000` or `150000 100000`. */
function quotaOfV2(folder: string, read: Read): number {
  const text = read(`/sys/fs/cgroup${folder.replace(/\/$/, "")}/cpu.max`) ?? "";
  const [quota, period] = text.trim().split(/\s+/).map(Number);
  return ratio(quota, period);
}

function quotaOfV1(folder: string, read: Read): number {
  const path = `/sys/fs/cgroup/cpu${folder.replace(/\/$/, "")}`;
  const value = (file: string): number => Number(read(`${path}/${file}`) || Number.NaN);
  return ratio(value("cpu.cfs_quota_us"), value("cpu.cfs_period_us"));
}

function ratio(quota = Number.NaN, period = Number.NaN): number {
  return quota > 0 && period > 0 ? quota / period : Number.POSITIVE_INFINITY;
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}
