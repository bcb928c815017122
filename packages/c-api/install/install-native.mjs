// Installs the library for C and C++ programs, or takes it back.
// Usage: npm run install:native -- --prefix DIR      (--help tells the rest)

import { spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { isAbsolute, join, posix, relative, resolve } from "node:path";
import { parseArgs } from "node:util";
import { PACKAGE_ROOT, packageVersion } from "../scripts/objects.mjs";
import { InstallError, install, uninstall } from "./install-actions.mjs";
import { installLayout, isOutdated, missingParts } from "./install-layout.mjs";
import { ManifestError } from "./install-manifest.mjs";

const HELP = `Installs libpredict where C and C++ programs look for it.

Usage: npm run install:native -- --prefix DIR [options]

  --prefix DIR    folder to install into, such as /usr/local or ~/.local
  --libdir DIR    folder of the libraries below the prefix; default lib
  --uninstall     take back what an earlier run installed into the prefix
  --dry-run       say what would be done, and do nothing
  --force         replace files that are not libpredict's, such as another libmxnet.so;
                  with --uninstall: remove files that were changed since, too
  --help          print this

Installs:
  include/c_predict_api.h, include/mxnet/c_predict_api.h
  lib/libpredict.so, and the same as lib/libmxnet_predict.so and lib/libmxnet.so
  lib/pkgconfig/libpredict.pc, lib/pkgconfig/mxnet.pc
  lib/cmake/libpredict: find_package(libpredict), target libpredict::predict
  share/libpredict: the licence, and the record that --uninstall goes by

The installed tree does not know its own place: it may be moved as a whole. DESTDIR, when it
is set, stands before the prefix, as package builders expect. The library is built first if it
is not; to build it as another user than root, run npm run build before.

Exit codes: 0 done; 1 not done, or not all of it; 2 wrong arguments.

Examples:
  npm run install:native -- --prefix ~/.local
  npm run install:native -- --prefix /usr --libdir lib/x86_64-linux-gnu --dry-run
  npm run install:native -- --prefix ~/.local --uninstall
`;

class UsageError extends Error {}

function readArguments() {
  /** @type {Record<string, string | boolean | undefined>} */
  let values;
  try {
    ({ values } = parseArgs({
      options: {
        prefix: { type: "string" },
        libdir: { type: "string" },
        uninstall: { type: "boolean" },
        "dry-run": { type: "boolean" },
        force: { type: "boolean" },
        help: { type: "boolean", short: "h" },
      },
    }));
  } catch (error) {
    throw new UsageError(/** @type {Error} */ (error).message);
  }
  if (values["help"]) return undefined;
  const given = String(values["prefix"] ?? "");
  if (given === "") throw new UsageError("--prefix DIR is missing");
  // npm changes the working directory to the root of the project and keeps the caller's here.
  const prefix = resolve(process.env["INIT_CWD"] ?? process.cwd(), given);
  const asked = String(values["libdir"] ?? "lib");
  const libdir = posix.normalize(isAbsolute(asked) ? relative(prefix, asked) : asked);
  if (libdir === "." || libdir.startsWith("..") || isAbsolute(libdir)) {
    throw new UsageError(`--libdir ${asked} is not a folder below the prefix ${prefix}`);
  }
  return {
    prefix,
    libdir: libdir.replace(/\/$/, ""),
    uninstall: values["uninstall"] === true,
    dryRun: values["dry-run"] === true,
    force: values["force"] === true,
  };
}

/** @param {string[]} paths @param {string} remark */
function list(paths, remark = "") {
  for (const path of paths) console.log(`  ${path}${remark}`);
}

/** @param {string} folder */
function loaderSearches(folder) {
  if (["/lib", "/usr/lib", "/lib64", "/usr/lib64"].includes(folder)) return true;
  const cached = spawnSync("ldconfig", ["-N", "-v"], { encoding: "utf8" }).stdout ?? "";
  return cached.split("\n").some((line) => line.startsWith(`${folder}:`));
}

/** @param {string} text */
function quoted(text) {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/** @param {NonNullable<ReturnType<typeof readArguments>>} options @param {string} root */
function runInstall({ prefix, libdir, dryRun, force }, root) {
  if (process.platform !== "linux") {
    throw new InstallError(`install:native knows Linux only so far, not ${process.platform}`);
  }
  if (missingParts().length > 0) {
    if (dryRun) {
      throw new InstallError(
        `the library is not built (run npm run build first): ${missingParts().join(", ")}`,
      );
    }
    const built = spawnSync(process.execPath, [join(PACKAGE_ROOT, "scripts", "build.mjs")], {
      stdio: "inherit",
    });
    if (built.status !== 0) throw new InstallError("nothing installed: the build failed");
  }
  const version = packageVersion();
  const layout = installLayout({ libdir });
  if (!dryRun) mkdirSync(root, { recursive: true });
  const { placed, replaced, removed } = install(root, layout, { version, force, dryRun });
  console.log(`libpredict ${version}: ${dryRun ? "would install" : "installed"} into ${root}`);
  for (const path of placed) {
    console.log(`  ${path}${replaced.includes(path) ? " (in place of another file)" : ""}`);
  }
  list(removed, " (of an earlier installation: taken away)");
  if (isOutdated()) {
    console.log("note: the sources have changed since the library was built (npm run build)");
  }
  if (dryRun || (process.env["DESTDIR"] ?? "") !== "") return 0;
  const libraries = join(prefix, libdir);
  console.log(
    [
      "To compile:  cc program.c $(pkg-config --cflags --libs libpredict)",
      `             with PKG_CONFIG_PATH=${quoted(join(libraries, "pkgconfig"))}`,
      `With CMake:  find_package(libpredict), with -DCMAKE_PREFIX_PATH=${quoted(prefix)}`,
      loaderSearches(libraries)
        ? "To run:      as root, ldconfig once"
        : `To run:      with LD_LIBRARY_PATH=${quoted(libraries)}, for the loader does not search there`,
    ].join("\n"),
  );
  return 0;
}

/** @param {NonNullable<ReturnType<typeof readArguments>>} options @param {string} root */
function runUninstall({ dryRun, force }, root) {
  const { removed, missing, changed } = uninstall(root, { force, dryRun });
  console.log(`libpredict: ${dryRun ? "would remove" : "removed"} from ${root}`);
  list(removed);
  list(missing, " (was gone already)");
  if (changed.length === 0) return 0;
  console.error("left where they are, for they were changed since they were installed:");
  for (const path of changed) console.error(`  ${path}`);
  console.error("Run it again with --force to remove them too.");
  return 1;
}

function main() {
  const options = readArguments();
  if (options === undefined) {
    process.stdout.write(HELP);
    return 0;
  }
  const root = join(process.env["DESTDIR"] || "/", options.prefix);
  return options.uninstall ? runUninstall(options, root) : runInstall(options, root);
}

try {
  process.exitCode = main();
} catch (error) {
  const { code, syscall } = /** @type {NodeJS.ErrnoException} */ (error);
  if (error instanceof UsageError) {
    console.error(`install:native: ${error.message}\nRun it with --help to see the options.`);
    process.exitCode = 2;
  } else if (error instanceof InstallError || error instanceof ManifestError || syscall) {
    const hint =
      code === "EACCES" ? " (this folder needs other rights: choose another --prefix)" : "";
    console.error(`install:native: ${/** @type {Error} */ (error).message}${hint}`);
    process.exitCode = 1;
  } else {
    throw error;
  }
}
