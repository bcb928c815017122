// What executes another platform's programs on this machine.

import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

/**
 * @typedef {object} Runner
 * @property {string} how In words, for the report.
 * @property {string[]} command Stands before the program's path.
 * @property {Record<string, string>} env
 * @property {boolean} isStatic Programs have to be linked statically: there is no loader here.
 */

/** @typedef {{ missing: string }} Missing Why it cannot run here, and what would change that. */

/** @type {Record<string, { emulator: string, sysroot: string, packages: string }>} */
const QEMU = {
  arm64: {
    emulator: "qemu-aarch64",
    sysroot: "/usr/aarch64-linux-gnu",
    packages: "qemu-user libc6-arm64-cross",
  },
  arm: {
    emulator: "qemu-arm",
    sysroot: "/usr/arm-linux-gnueabihf",
    packages: "qemu-user libc6-armhf-cross",
  },
  riscv64: {
    emulator: "qemu-riscv64",
    sysroot: "/usr/riscv64-linux-gnu",
    packages: "qemu-user libc6-riscv64-cross",
  },
};

/** @param {string} program */
function isHere(program) {
  return spawnSync(program, ["--version"], { stdio: "ignore" }).error === undefined;
}

/** Wine keeps its Windows in a folder of ours: nobody else's settings, no windows on the screen. */
function wineEnvironment(env = process.env) {
  const cache = env["XDG_CACHE_HOME"] || join(homedir(), ".cache");
  const prefix = join(cache, "libpredict", "wine");
  mkdirSync(prefix, { recursive: true });
  return { WINEPREFIX: prefix, WINEDEBUG: "-all", WINEDLLOVERRIDES: "mscoree,mshtml=" };
}

/**
 * @param {import("./platforms.mjs").Platform} platform
 * @returns {Runner | Missing}
 */
export function findRunner({ npm }) {
  if (process.platform !== "linux") return { missing: "only Linux runs other platforms' programs" };
  if (npm.os === "darwin") return { missing: "nothing here runs programs of macOS" };
  if (npm.os === "win32") {
    if (npm.cpu !== process.arch) return { missing: "wine runs programs of this processor alone" };
    if (!isHere("wine")) return { missing: "install the package wine" };
    return { how: "wine", command: ["wine"], env: wineEnvironment(), isStatic: false };
  }
  const isStatic = npm.libc === "musl";
  if (npm.cpu === process.arch) return { how: "natively", command: [], env: {}, isStatic };
  const qemu = QEMU[npm.cpu];
  if (qemu === undefined) return { missing: `nothing here runs programs of ${npm.cpu}` };
  const { emulator, sysroot, packages } = qemu;
  if (!isHere(emulator) || !(isStatic || existsSync(sysroot))) {
    return { missing: `install the packages ${packages}` };
  }
  const command = isStatic ? [emulator] : [emulator, "-L", sysroot];
  return { how: emulator, command, env: {}, isStatic };
}
