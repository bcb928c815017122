// Finds a C compiler that works here, and says what to install when there is none.
// Owns: the search order ($CC, cc, gcc, clang, the ziglang wheel) and the probe that decides
// whether a compiler is new enough. The probe compiles; it never reads a version number.

import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/**
 * @typedef {object} Compiler
 * @property {string[]} command The program and its leading arguments, one word each.
 * @property {string} label The command as one line of text.
 */

const PROBE = `
#include <math.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
typedef float probe_vector __attribute__((vector_size(32)));
typedef int32_t probe_integers __attribute__((vector_size(32)));
_Static_assert(sizeof(probe_vector) == 32, "vectors have 8 floats");
static _Thread_local int probe_local;
_Atomic int probe_atomic;
int main(void) {
    probe_vector a = {1, 2, 3, 4, 5, 6, 7, 8};
    probe_integers greater = a > 3.0f;
    a = a * a + a;
    probe_local = greater[0];
    atomic_fetch_add(&probe_atomic, 1);
    return _Generic(a[0], float: 0, default: 1) + (sqrtf(a[0]) > 100.0f) + probe_local;
}
`;

const INSTALL_LINES = [
  "  Debian, Ubuntu   sudo apt-get install gcc libc6-dev",
  "  Fedora           sudo dnf install gcc",
  "  Arch             sudo pacman -S gcc",
  "  Alpine           sudo apk add gcc musl-dev",
  "  macOS            xcode-select --install",
  "  without root     python3 -m pip install --user ziglang",
];

/** No compiler was found, or the one that was asked for does not work. */
export class CompilerError extends Error {
  /** @param {{ label: string, reason: string }[]} tried */
  constructor(tried) {
    super(
      [
        "libpredict needs a C compiler with C11 and GNU vector extensions (gcc 11, clang 14 or newer).",
        "Tried:",
        ...tried.map(({ label, reason }) => `  ${label}: ${reason}`),
        "Install one of these, or name a compiler in CC (it may be several words):",
        ...INSTALL_LINES,
      ].join("\n"),
    );
    this.name = "CompilerError";
    this.tried = tried;
  }
}

/** @returns {string[]} What compiling and linking with threads needs: nothing with -DLP_NO_THREADS in $CFLAGS. */
export function threadFlags(env = process.env) {
  return (env["CFLAGS"] ?? "").split(/\s+/).includes("-DLP_NO_THREADS") ? [] : ["-pthread"];
}

/**
 * @param {string[]} command
 * @returns {string | undefined} Why the compiler cannot be used; undefined when it can.
 */
export function compilerDefect(command) {
  const folder = mkdtempSync(join(tmpdir(), "libpredict-probe-"));
  try {
    writeFileSync(join(folder, "probe.c"), PROBE);
    const [program = "", ...leading] = command;
    const result = spawnSync(
      program,
      [...leading, "-O1", "probe.c", "-o", "probe", "-lm", ...threadFlags()],
      { cwd: folder, encoding: "utf8" },
    );
    if (result.error) {
      const code = /** @type {NodeJS.ErrnoException} */ (result.error).code;
      return code === "ENOENT" ? "not found" : `cannot be started (${code})`;
    }
    if (result.status === 0) return undefined;
    const complaint =
      result.stderr.split("\n").find((line) => /error|cannot|No module/i.test(line)) ??
      result.stderr.split("\n")[0];
    return `does not compile the probe: ${complaint?.trim() || `exit code ${result.status}`}`;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * The compiler to use. $CC, when set, is the only one tried: what was asked for is never
 * replaced by something else.
 *
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {Compiler}
 * @throws {CompilerError} No candidate works.
 */
export function findCompiler(env = process.env) {
  const asked = (env["CC"] ?? "").split(/\s+/).filter(Boolean);
  const candidates =
    asked.length > 0 ? [asked] : [["cc"], ["gcc"], ["clang"], ["python3", "-m", "ziglang", "cc"]];
  const tried = [];
  for (const command of candidates) {
    const label = command.join(" ");
    const reason = compilerDefect(command);
    if (reason === undefined) return { command, label };
    tried.push({ label: asked.length > 0 ? `CC="${label}"` : label, reason });
  }
  throw new CompilerError(tried);
}
