/**
 * What the C library asks of a system. There are a clock and files that may be read; no
 * environment variables, and nothing is printed.
 */
import { InstanceFiles } from "./instance-files.js";

/** Errors of WASI. */
const notImplemented = 52;

/**
 * The imports of a module, all of them functions.
 *
 * @param memory - the instance's, asked for at each call
 * @param files - what can be opened; nothing, if none are given
 */
export function wasiImports(
  module: WebAssembly.Module,
  memory: () => WebAssembly.Memory,
  files = new InstanceFiles(),
): WebAssembly.Imports {
  const view = (): DataView => new DataView(memory().buffer);
  const known: Record<string, (...values: never[]) => number> = {
    clock_time_get(_clock: number, _precision: bigint, time: number): number {
      const nanoseconds = BigInt(Math.round(performance.now() * 1e6));
      view().setBigUint64(time >>> 0, nanoseconds, true);
      return 0;
    },
    environ_sizes_get(count: number, bytes: number): number {
      view().setUint32(count >>> 0, 0, true);
      view().setUint32(bytes >>> 0, 0, true);
      return 0;
    },
    environ_get: () => 0,
    proc_exit(code: number): number {
      throw new Error(`the C library ended the program with code ${code}`);
    },
    ...files.imports(memory),
  };
  const imports: Record<string, Record<string, WebAssembly.ImportValue>> = {};
  for (const { module: from, name, kind } of WebAssembly.Module.imports(module)) {
    if (kind !== "function" || from !== "wasi_snapshot_preview1") continue;
    imports[from] ??= {};
    imports[from][name] = known[name] ?? (() => notImplemented);
  }
  return imports;
}
