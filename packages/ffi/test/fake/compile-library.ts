/** Compiles the fake library, once per set of flags and test process. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Binding, loadLibrary } from "../../src/index.js";

const folder = mkdtempSync(join(tmpdir(), "libpredict-ffi-"));
process.on("exit", () => {
  rmSync(folder, { recursive: true, force: true });
});

/** The compiler's words. */
export const compiler: readonly string[] = (process.env["CC"] ?? "cc").split(/\s+/).filter(Boolean);
/** Folder of the public header. */
export const includeFolder = fileURLToPath(new URL("../../../c-api/include/", import.meta.url));

/** Runs the compiler; gives its exit code and what it says. */
export function compile(...flags: string[]): { code: number | null; text: string } {
  const [command = "cc", ...words] = compiler;
  const result = spawnSync(command, [...words, "-std=gnu11", `-I${includeFolder}`, ...flags], {
    encoding: "utf8",
  });
  return { code: result.status, text: `${result.stdout}${result.stderr}` };
}

/** Compiles the fake to a file of its own. */
export function compileFake(name: string, ...flags: string[]): string {
  const path = join(folder, `${name}.so`);
  const source = fileURLToPath(new URL("fake_predict.c", import.meta.url));
  const { code, text } = compile(
    "-shared",
    "-fPIC",
    "-O1",
    "-pthread",
    "-o",
    path,
    source,
    ...flags,
  );
  if (code !== 0) throw new Error(`the fake library does not compile:\n${text}`);
  return path;
}

/** The fake with the whole header. */
export function loadFake(name = "fake"): Binding {
  return loadLibrary({ path: compileFake(name) });
}

/** The fake with MXNet's part of the header, and its defects. */
export function loadPartOneFake(): Binding {
  return loadLibrary({ path: compileFake("part-one", "-DPART_ONE") });
}

/** How many objects of the fake are alive. */
export function liveObjects(library: Binding): number {
  return Number(/live=(\d+)/.exec(library.LPGetBuildInfo())?.[1]);
}
