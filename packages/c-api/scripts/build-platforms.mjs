// Cross-compiles the library for every platform with zig, and checks each one.
// Usage: node scripts/build-platforms.mjs        (--help tells the rest)
//
// Makes dist/platforms/NAME/{libpredict.so,libpredict.dylib,predict.dll} and
// dist/platforms/platforms.json. Nothing but zig's own C libraries goes in, so the result does not
// depend on this machine.

import { mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { sourceDigits, sourceHash, writeAmalgamation } from "./amalgamate.mjs";
import { publicFunctions } from "./c-text.mjs";
import { inspectLibrary } from "./inspect-library.mjs";
import { BuildError, compileEngine, PACKAGE_ROOT, runTool } from "./objects.mjs";
import { placeLibrary } from "./platform-library.mjs";
import { packageFolder } from "./platform-packages.mjs";
import {
  PLATFORMS,
  platformCompiler,
  platformFlags,
  platformLinkFlags,
  platformTune,
} from "./platforms.mjs";
import { symbolDifferences } from "./symbols.mjs";
import { installZig } from "./zig.mjs";

/** @typedef {import("./platforms.mjs").Platform} Platform */
/** @typedef {import("./inspect-library.mjs").LibraryContents} LibraryContents */

/**
 * @typedef {object} PlatformBuild
 * @property {string} name
 * @property {string} target
 * @property {string} compiler
 * @property {number} size In bytes, stripped.
 * @property {number} budget
 * @property {number} symbols Exported, each of them declared in the header.
 * @property {string[]} libraries What the system has to have.
 * @property {string | null} glibc The oldest that has all that is asked of it.
 */

const HELP = `Builds the library for every platform.

Usage: npm run build:platforms [-- options]

  --only NAME    this platform, or those whose name contains NAME; may be repeated
  --place        also copy each library into its npm package, in packages/platforms
  --list         print the platforms and stop
  --help         print this

Needs python3, which fetches zig (100 MB) and LIEF (4 MB) into the user's cache. The first build
for a platform also builds its C library, which takes up to four minutes; later ones take seconds.

Exit codes: 0 all were built and are as they should be; 1 one was not; 2 wrong arguments.
`;

const OUTPUT = join(PACKAGE_ROOT, "dist", "platforms");

/** @param {Platform} platform @returns {string} The library, once it is built. */
export function platformLibrary(platform) {
  return join(OUTPUT, platform.name, platform.library);
}

/**
 * Libraries that are there wherever the system is. The C library of Windows is in api-ms-win-crt-*.
 *
 * @type {Record<string, RegExp>}
 */
const SYSTEM_LIBRARIES = {
  linux: /^(?:libc|libm|libpthread|ld-linux[-\w]*)\.so(?:\.\d+)?$/,
  darwin: /^\/usr\/lib\/libSystem\.B\.dylib$/,
  win32: /^(?:kernel32|ntdll|msvcrt|ucrtbase|api-ms-win-crt-[-\w]+)\.dll$/i,
};

/**
 * What is wrong with a library.
 *
 * @param {Platform} platform
 * @param {LibraryContents} contents
 * @param {number} size
 * @param {string[]} declared The functions of the header.
 * @returns {string[]}
 */
export function platformDefects(platform, contents, size, declared) {
  const allowed = SYSTEM_LIBRARIES[platform.npm.os] ?? /^$/;
  const oldest = glibcOf(platform.target);
  const defects = [
    ...symbolDifferences(declared, contents.exports),
    ...contents.libraries
      .filter((library) => !allowed.test(library))
      .map((library) => `asks for ${library}, which is no part of the system`),
    ...contents.versions
      .filter((version) => oldest === undefined || isNewer(version, oldest))
      .map((version) => `asks for ${version}; ${oldest ?? "no glibc"} is what it is built for`),
  ];
  if (!contents.stripped) defects.push("is not stripped");
  if (!contents.name.endsWith(platform.library)) defects.push(`calls itself "${contents.name}"`);
  if (size > platform.budget) {
    defects.push(`has ${size} bytes; platforms.json allows ${platform.budget}`);
  }
  return defects.map((defect) => `${platform.name}: ${platform.library} ${defect}`);
}

/** @param {string} target @returns {string | undefined} */
function glibcOf(target) {
  return /-gnu\w*\.(\d[\d.]*)$/.exec(target)?.[1];
}

/** @param {string} version Such as GLIBC_2.34. @param {string} oldest */
function isNewer(version, oldest) {
  const [major = 0, minor = 0] = version.replace(/^\D+/, "").split(".").map(Number);
  const [oldMajor = 0, oldMinor = 0] = oldest.split(".").map(Number);
  return major > oldMajor || (major === oldMajor && minor > oldMinor);
}

/** @param {string[]} versions @returns {string | null} */
function newestGlibc(versions) {
  const glibc = versions.filter((version) => /^GLIBC_\d/.test(version));
  const newest = glibc.reduce(
    (most, version) => (most === "" || isNewer(version, most) ? version.slice(6) : most),
    "",
  );
  return newest === "" ? null : newest;
}

/**
 * @param {Platform} platform
 * @param {import("./compiler.mjs").Compiler} compiler As platformCompiler gives it.
 * @param {string} source What the library says of its sources.
 * @returns {Promise<PlatformBuild>}
 * @throws {BuildError} It does not compile, or is not as it should be.
 */
export async function buildPlatform(platform, compiler, source) {
  const { objects, broken } = await compileEngine(compiler, platformFlags(), {
    source,
    tune: platformTune(platform),
  });
  if (broken.length > 0) throw new BuildError(broken.join("\n"));
  const library = platformLibrary(platform);
  mkdirSync(join(OUTPUT, platform.name), { recursive: true });
  // Linked under its own name: a DLL takes that for what it calls itself.
  const partial = join(OUTPUT, platform.name, `${process.pid}`);
  mkdirSync(partial, { recursive: true });
  try {
    const linked = join(partial, platform.library);
    await runTool([
      ...compiler.command,
      "-shared",
      ...objects,
      "-o",
      linked,
      ...platformLinkFlags(platform),
    ]);
    const contents = inspectLibrary(linked, say);
    const { size } = statSync(linked);
    const header = readFileSync(join(PACKAGE_ROOT, "include", "c_predict_api.h"), "utf8");
    const defects = platformDefects(platform, contents, size, publicFunctions(header));
    if (defects.length > 0) throw new BuildError(defects.join("\n"));
    renameSync(linked, library);
    return {
      name: platform.name,
      target: platform.target,
      compiler: compiler.label,
      size,
      budget: platform.budget,
      symbols: contents.exports.length,
      libraries: contents.libraries.sort(),
      glibc: newestGlibc(contents.versions),
    };
  } finally {
    rmSync(partial, { recursive: true, force: true });
  }
}

/** @param {string} text */
function say(text) {
  console.log(`platforms: ${text}`);
}

/**
 * @param {string[]} only Parts of names; none: all.
 * @returns {Platform[]}
 * @throws {BuildError} A part fits no platform.
 */
export function choosePlatforms(only) {
  for (const part of only) {
    if (!PLATFORMS.some(({ name }) => name.includes(part))) {
      const names = PLATFORMS.map(({ name }) => name).join(", ");
      throw new BuildError(`there is no platform ${part}; there are ${names}`);
    }
  }
  // A whole name means that platform alone: linux-arm is a part of linux-arm64.
  return PLATFORMS.filter(
    ({ name }) =>
      only.length === 0 ||
      only.some((part) =>
        PLATFORMS.some((platform) => platform.name === part) ? name === part : name.includes(part),
      ),
  );
}

/** @param {PlatformBuild[]} builds */
function printTable(builds) {
  const rows = builds.map(({ name, size, budget, symbols, glibc, libraries }) => [
    name,
    `${size}`,
    `${budget}`,
    `${symbols}`,
    [...libraries, ...(glibc === null ? [] : [`glibc ${glibc}`])].join(" "),
  ]);
  const table = [["platform", "bytes", "budget", "symbols", "needs"], ...rows];
  const widths = [0, 1, 2, 3].map((column) =>
    Math.max(...table.map((row) => row[column]?.length ?? 0)),
  );
  for (const row of table) {
    console.log(row.map((cell, i) => (i < 4 ? cell.padEnd(widths[i] ?? 0) : cell)).join("  "));
  }
}

/**
 * @param {Platform[]} chosen
 * @param {boolean} place
 */
async function buildAll(chosen, place) {
  const zig = installZig(say);
  const source = sourceDigits(sourceHash());
  // The manifests have the hash in its banner.
  if (place) writeAmalgamation();
  /** @type {PlatformBuild[]} */
  const builds = [];
  /** @type {string[]} */
  const failures = [];
  for (const platform of chosen) {
    const begun = Date.now();
    say(`${platform.name} ...`);
    try {
      const build = await buildPlatform(platform, platformCompiler(zig, platform), source);
      builds.push(build);
      if (place) placeLibrary(platformLibrary(platform), packageFolder(platform), platform.library);
      const seconds = Math.round((Date.now() - begun) / 1000);
      say(`${platform.name}: ${build.size} bytes, ${build.symbols} symbols (${seconds} s)`);
    } catch (error) {
      if (!(error instanceof BuildError)) throw error;
      failures.push(platform.name);
      console.error(error.message);
      say(`${platform.name}: FAILED`);
    }
  }
  mkdirSync(OUTPUT, { recursive: true });
  const report = { source, builds };
  writeFileSync(join(OUTPUT, "platforms.json"), `${JSON.stringify(report, undefined, 2)}\n`);
  printTable(builds);
  const failed = failures.length === 0 ? "" : `: ${failures.join(", ")}`;
  console.log(`${builds.length} built, ${failures.length} failed${failed}`);
  return failures.length === 0;
}

async function main() {
  /** @type {{ only?: string[], place?: boolean, list?: boolean, help?: boolean }} */
  let values;
  let chosen;
  try {
    ({ values } = parseArgs({
      options: {
        only: { type: "string", multiple: true },
        place: { type: "boolean" },
        list: { type: "boolean" },
        help: { type: "boolean", short: "h" },
      },
    }));
    chosen = choosePlatforms(values.only ?? []);
  } catch (error) {
    console.error(`build:platforms: ${/** @type {Error} */ (error).message}`);
    process.exitCode = 2;
    return;
  }
  if (values.help) process.stdout.write(HELP);
  else if (values.list) for (const { name, target } of chosen) console.log(`${name}  ${target}`);
  else if (!(await buildAll(chosen, values.place ?? false))) process.exitCode = 1;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  try {
    await main();
  } catch (error) {
    if (!(error instanceof BuildError)) throw error;
    console.error(error.message);
    process.exitCode = 1;
  }
}
