// The platforms that the library is built for: platforms.json, and how each is compiled and linked.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { compileFlags, PACKAGE_ROOT, SHIPPED_FLAGS, shippedFlags } from "./objects.mjs";

/**
 * @typedef {object} Platform
 * @property {string} name Of its npm package, without the scope.
 * @property {string} title In words.
 * @property {string} target As zig takes it, with the oldest C library.
 * @property {string} cpu The least processor, as zig's -mcpu has it.
 * @property {string} [sumsCpu] Another one for kernels that sum products: on 32-bit ARM only these
 *   may use vectors, for its vector unit takes denormals for zero.
 * @property {{ os: string, cpu: string, libc?: string }} npm As package.json has them.
 * @property {string} library What the file is called.
 * @property {number} budget Bytes that it may have.
 */

/** @type {Platform[]} */
export const PLATFORMS = JSON.parse(readFileSync(join(PACKAGE_ROOT, "platforms.json"), "utf8"));

/** @param {string[]} zig @param {Platform} platform @returns {import("./compiler.mjs").Compiler} */
export function platformCompiler(zig, { target, cpu }) {
  return {
    command: [...zig, "cc", "-target", target, `-mcpu=${cpu}`],
    label: `zig cc -target ${target} -mcpu=${cpu}`,
  };
}

/** Flags of every compilation for a platform; the caller's $CFLAGS are meant for this machine. */
export function platformFlags(optimisation = SHIPPED_FLAGS) {
  return compileFlags(PACKAGE_ROOT, optimisation, { LIBPREDICT_WERROR: "1" });
}

/** The kernels in which denormals count as zero anyway. */
const SUMS = /^kernel\/(?:conv_|deconv_|fully_connected|linear|winograd)/;

/**
 * The flags of one file of the library.
 *
 * @param {Platform} platform
 * @returns {(flags: string[], file: string, text: string) => string[]}
 */
export function platformTune({ sumsCpu }) {
  return (flags, file, text) => {
    // gcc unrolls at -O3 alone; what has to be unrolled says so (LP_UNROLL). A tenth of the library.
    const tuned = [...shippedFlags(flags, file, text), "-fno-unroll-loops"];
    return sumsCpu !== undefined && SUMS.test(file) ? [...tuned, `-mcpu=${sumsCpu}`] : tuned;
  };
}

/**
 * What links the library of a platform.
 *
 * @param {Platform} platform
 * @returns {string[]}
 */
export function platformLinkFlags({ npm, library }) {
  if (npm.os === "win32") return ["-s"];
  if (npm.os === "darwin")
    return [`-Wl,-install_name,@rpath/${library}`, "-Wl,-dead_strip", "-Wl,-x", "-s"];
  // nodelete: build.mjs tells why.
  const elf = ["-z,defs", "-z,nodelete"].map((flag) => `-Wl,${flag}`);
  return [`-Wl,-soname,${library}`, ...elf, "-s", "-lm", "-pthread"];
}
