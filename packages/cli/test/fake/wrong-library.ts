/** Compiles the library with faults (`wrong_library.c`). */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { loadLibrary } from "@libpredict/ffi";

/** Environment under which it works; faults are added. */
export const workingEnvironment = { WRONG_REAL: loadLibrary().path } as const;

/** Compiles it into a folder; gives its path. */
export function compileWrongLibrary(folder: string): string {
  const [command = "cc", ...words] = (process.env["CC"] ?? "cc").split(/\s+/).filter(Boolean);
  const path = join(folder, "wrong_library.so");
  const source = fileURLToPath(new URL("wrong_library.c", import.meta.url));
  const flags = ["-std=gnu11", "-shared", "-fPIC", "-O1", "-fvisibility=hidden", "-o", path];
  const { status, stderr } = spawnSync(command, [...words, ...flags, source, "-ldl"], {
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`the fake library does not compile:\n${stderr}`);
  return path;
}
