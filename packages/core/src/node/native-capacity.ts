/** How much the native library can do at the same time. */
import type { Binding } from "@libpredict/ffi";
import type { Backend } from "../backend.js";

/** Threads of libuv, which make the asynchronous native calls, when `UV_THREADPOOL_SIZE` is not set. */
const defaultWorkers = 4;
const mostWorkers = 1024;

/**
 * Processors as the library counts them (its affinity and cgroup quota, from its build info), and
 * the number of libuv's threads. A library that has only MXNet's part of the header, or does not
 * count, has no `processors`.
 */
export function nativeCapacity(
  library: Pick<Binding, "has" | "LPGetBuildInfo">,
  environment: NodeJS.ProcessEnv = process.env,
): Pick<Backend, "processors" | "parallelRuns"> {
  const parallelRuns = libuvThreads(environment["UV_THREADPOOL_SIZE"]);
  const info = library.has("LPGetBuildInfo") ? library.LPGetBuildInfo() : "";
  const processors = Number(/(?:^|\s)cpus=(\d+)/.exec(info)?.[1]);
  return processors > 0 ? { processors, parallelRuns } : { parallelRuns };
}

/** As libuv reads the variable: a text that is no number, and 0, mean 1 thread. */
function libuvThreads(text: string | undefined): number {
  if (text === undefined) return defaultWorkers;
  const number = Number.parseInt(text, 10);
  return Math.min(Math.max(Number.isNaN(number) ? 0 : number, 1), mostWorkers);
}
