// Everything of a release but the publishing.
// Usage: npm run release:dry        (--help tells the rest)

import { createHash } from "node:crypto";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { platformFolder } from "../packages/c-api/scripts/platform-library.mjs";
import { findPnpm, packPackages, pathWithPnpm, runProgram, ToolError } from "./pack-packages.mjs";
import { carriedLibrary, contentDefects } from "./package-contents.mjs";
import { REPOSITORY_ROOT } from "./public-packages.mjs";
import { planRelease, ReleaseError, requireCleanTree } from "./release-plan.mjs";

const HELP = `Prepares a release as far as publishing, and stops there.

Usage: npm run release:dry [-- options]

  --output DIR   keep the tarballs and release.json in this folder
  --here         only the library of this machine, by its own compiler: a quick rehearsal, whose
                 tarballs are not to be published
  --help         print this

Checks that the tree is clean; in a clone, lets the changesets set the versions; installs and
builds there; packs every public package; checks contents, sizes, versions and the library's
origin; prints what would be published, in order, with SHA-256. Nothing leaves this machine and
nothing in the working tree changes. Needs git, a C compiler, python3 for zig, and what npm install
has fetched.

Exit codes: 0 ready to publish; 1 something is in the way, and it says what; 2 wrong arguments.
`;

class UsageError extends Error {}

/** @typedef {{ output: string | undefined, here: boolean }} Options */

/** @returns {Options | undefined} undefined: help was asked for. */
function readArguments() {
  /** @type {{ output?: string | undefined, here?: boolean | undefined, help?: boolean | undefined }} */
  let values;
  try {
    ({ values } = parseArgs({
      options: {
        output: { type: "string" },
        here: { type: "boolean" },
        help: { type: "boolean", short: "h" },
      },
    }));
  } catch (error) {
    throw new UsageError(/** @type {Error} */ (error).message);
  }
  if (values.help) return undefined;
  if (values.output === "") throw new UsageError("--output DIR is empty");
  const base = process.env["INIT_CWD"] ?? process.cwd();
  const output = values.output === undefined ? undefined : resolve(base, values.output);
  return { output, here: values.here ?? false };
}

/** @param {string} step */
function say(step) {
  console.log(`release:dry: ${step}`);
}

/** @param {number} bytes */
function kilobytes(bytes) {
  return `${(bytes / 1000).toFixed(1)} kB`;
}

/** The package that this machine's programs take. */
function platformPackage() {
  const folder = platformFolder();
  return folder === undefined ? undefined : `@libpredict/${basename(folder)}`;
}

/** @param {import("./pack-packages.mjs").PackedPackage} packed */
function isOfAnotherPlatform({ name }) {
  return carriedLibrary(name) !== undefined && name !== platformPackage();
}

/**
 * Asks the built library itself who it is.
 *
 * @param {string} clone
 * @param {import("./pack-packages.mjs").PackedPackage} platform
 * @returns {Promise<string[]>} What is wrong.
 */
async function libraryDefects(clone, platform) {
  const path = join(platform.folder, carriedLibrary(platform.name) ?? "");
  const code = `
    import { loadLibrary } from ${JSON.stringify(join(clone, "packages/ffi/dist/index.js"))};
    const library = loadLibrary({ path: ${JSON.stringify(path)} });
    console.log(JSON.stringify([library.LPGetVersion(), library.LPGetBuildInfo()]));`;
  const printed = await runProgram([process.execPath, "--input-type=module", "--eval", code], {
    cwd: clone,
  });
  const [version, info] = JSON.parse(printed);
  const recorded = JSON.parse(platform.files.get("libpredict.json")?.toString("utf8") ?? "{}");
  const source = /\bsource=([0-9a-f]+)/.exec(info)?.[1];
  return [
    ...(version === platform.version
      ? []
      : [`${platform.name}: the library says version ${version}, not ${platform.version}`]),
    ...(source !== undefined && recorded.source.startsWith(source)
      ? []
      : [`${platform.name}: the library says source=${source}, its manifest ${recorded.source}`]),
  ];
}

/** @param {string} work An empty folder. @param {Options} options */
async function rehearse(work, { output, here }) {
  say("is the tree clean?");
  await requireCleanTree(REPOSITORY_ROOT);
  const clone = join(work, "clone");
  say("versions");
  const plan = await planRelease(REPOSITORY_ROOT, clone);
  for (const { name, type, oldVersion, newVersion } of plan) {
    console.log(`  ${name} ${oldVersion} -> ${newVersion} (${type})`);
  }

  const pnpm = findPnpm();
  // Hooks and a caller's cache would make the build depend on this machine.
  const env = {
    ...process.env,
    PATH: pathWithPnpm(),
    CI: "true",
    TURBO_TELEMETRY_DISABLED: "1",
    LIBPREDICT_WERROR: "1",
  };
  say("installing in a clone");
  const quiet = ["--frozen-lockfile", "--prefer-offline", "--reporter=silent"];
  await runProgram([...pnpm, "install", ...quiet], { cwd: clone, env });
  say("building");
  const filters = plan.map(({ name }) => `--filter=${name}`);
  await runProgram(
    [...pnpm, "exec", "turbo", "run", "build", "--force", "--output-logs=errors-only", ...filters],
    { cwd: clone, env },
  );
  if (!here) {
    say("building for every platform");
    const builder = join("packages", "c-api", "scripts", "build-platforms.mjs");
    await runProgram([process.execPath, builder, "--place"], { cwd: clone, env });
  }
  say("packing");
  const tarballs = join(work, "tarballs");
  mkdirSync(tarballs);
  const all = await packPackages(tarballs, { root: clone, pnpm });
  const packed = here ? all.filter((one) => !isOfAnotherPlatform(one)) : all;
  say("checking");
  const versions = Object.fromEntries(packed.map(({ name, version }) => [name, version]));
  const defects = packed.flatMap((one) => contentDefects(one, versions, clone));
  const own = packed.find(({ name }) => name === platformPackage());
  if (own !== undefined) defects.push(...(await libraryDefects(clone, own)));
  if (defects.length > 0) throw new ReleaseError(defects.join("\n"));

  const commit = (await runProgram(["git", "rev-parse", "HEAD"], { cwd: REPOSITORY_ROOT })).trim();
  const report = {
    commit,
    packages: packed.map(
      ({ name, version, tarball, sha256, packedBytes, unpackedBytes, files }) => ({
        name,
        version,
        tarball: basename(tarball),
        sha256,
        packedBytes,
        unpackedBytes,
        files: files.size,
      }),
    ),
    libraries: packed.flatMap(({ name, files }) => {
      const library = files.get(carriedLibrary(name) ?? "");
      if (library === undefined) return [];
      const { source, glibc } = JSON.parse(files.get("libpredict.json")?.toString("utf8") ?? "{}");
      const sha256 = createHash("sha256").update(library).digest("hex");
      return [{ package: name, size: library.length, sha256, source, glibc }];
    }),
  };
  printReport(report);
  if (output !== undefined) {
    mkdirSync(output, { recursive: true });
    for (const { tarball } of packed) cpSync(tarball, join(output, basename(tarball)));
    writeFileSync(join(output, "release.json"), `${JSON.stringify(report, undefined, 2)}\n`);
    console.log(`Tarballs and release.json are in ${output}.`);
  }
  console.log(
    here
      ? "Ready but for the libraries of other platforms. Nothing was published."
      : "Ready. Nothing was published.",
  );
}

/** @param {{ commit: string, packages: any[], libraries: any[] }} report */
function printReport({ commit, packages, libraries }) {
  console.log(`\nWould be published, in this order, from commit ${commit}:`);
  packages.forEach(({ name, version, packedBytes, unpackedBytes, files, sha256 }, i) => {
    const sizes = `${kilobytes(packedBytes)}, ${kilobytes(unpackedBytes)} in ${files} files`;
    console.log(`  ${i + 1}. ${name}@${version}  ${sizes}\n     sha256 ${sha256}`);
  });
  for (const { package: name, size, sha256, source, glibc } of libraries) {
    const needs = glibc === null ? "" : `, needs glibc ${glibc}`;
    console.log(`library of ${name}: ${kilobytes(size)}${needs}`);
    console.log(`     sha256 ${sha256}\n     source ${source}`);
  }
}

async function main() {
  const options = readArguments();
  if (options === undefined) {
    process.stdout.write(HELP);
    return;
  }
  const work = mkdtempSync(join(tmpdir(), "libpredict-release-"));
  try {
    await rehearse(work, options);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

try {
  await main();
} catch (error) {
  if (error instanceof UsageError) {
    console.error(`release:dry: ${error.message}\nRun it with --help to see the options.`);
    process.exitCode = 2;
  } else if (error instanceof ReleaseError || error instanceof ToolError) {
    console.error(`release:dry: stopped: ${error.message}`);
    process.exitCode = 1;
  } else {
    throw error;
  }
}
