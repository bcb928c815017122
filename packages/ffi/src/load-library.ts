/**
 * Finds and loads the library: an explicit path, else `LIBPREDICT_PATH`, else the platform
 * package, else a library beside this code (where a bundle is one file without packages), else
 * the workspace build. A place that is named and fails is an error; the search
 * does not go on behind the caller's back.
 */
import { existsSync, realpathSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import koffi from "koffi";
import { codeFolder, packageFolder } from "./code-location.js";
import { Binding } from "./gen/binding.js";
import { platformPackages } from "./gen/platform-packages.js";
import { NativeBinding } from "./native-binding.js";
import { type LoadAttempt, LoadError } from "./native-error.js";

/** Where to look for the library. */
export interface LoadOptions {
  /** A library file, or the directory that holds it. Nothing else is tried then. */
  readonly path?: string;
}

const fileNames: Partial<Record<NodeJS.Platform, string>> = {
  darwin: "libpredict.dylib",
  win32: "predict.dll",
};

/** What the library file is called on this system. */
export const libraryFileName: string = fileNames[process.platform] ?? "libpredict.so";

const loaded = new Map<string, Binding>();

/** What a search for the library came to. */
export interface LibrarySearch {
  /** The library; undefined if no place had one. */
  readonly library?: Binding;
  /** Which rule of the lookup found it; undefined if none did. */
  readonly source?: string;
  /** The places before it, in the order of the lookup, and why each gave none. */
  readonly tried: readonly LoadAttempt[];
}

/**
 * Loads the library; a file that is loaded already is not loaded again.
 *
 * A library that has only part one of the header (MXNet's own) loads too; its missing
 * functions throw `unavailable` when they are called.
 *
 * @throws {@link LoadError} listing every place that was tried and why it failed
 */
export function loadLibrary(options: LoadOptions = {}): Binding {
  const { library, tried } = findLibrary(options);
  if (!library) throw new LoadError(tried);
  return library;
}

/** As {@link loadLibrary}, and tells where the library was found and where it was not. Throws nothing. */
export function findLibrary(options: LoadOptions = {}): LibrarySearch {
  const tried: LoadAttempt[] = [];
  const attempt = (source: string, path: string): LibrarySearch | undefined => {
    const found = open(path);
    if (found instanceof Binding) return { library: found, source, tried };
    tried.push({ source, path, reason: found });
    return undefined;
  };
  const named = options.path !== undefined ? options.path : process.env["LIBPREDICT_PATH"];
  if (options.path === undefined) tried.push({ source: "path", reason: "not given" });
  if (named !== undefined && (named !== "" || options.path !== undefined))
    return (
      attempt(options.path !== undefined ? "path" : "LIBPREDICT_PATH", resolve(named)) ?? { tried }
    );
  tried.push({ source: "LIBPREDICT_PATH", reason: "not set" });
  const packageName = platformPackage();
  const here = codeFolder();
  const directory = packageFolder(packageName, here);
  if (directory === undefined)
    tried.push({ source: packageName, reason: whyNotInstalled(packageName) });
  else {
    const found = attempt(packageName, join(directory, libraryFileName));
    if (found) return found;
  }
  return (
    attempt("beside the program", join(here, libraryFileName)) ??
    attempt("workspace build", resolve(here, "../../c-api/dist/lib", libraryFileName)) ?? { tried }
  );
}

function whyNotInstalled(packageName: string): string {
  return platformPackages.includes(packageName)
    ? "not installed"
    : `there is no such package; there are ${platformPackages.join(", ")}; build the library for this system and name it in LIBPREDICT_PATH`;
}

/** Opens one file; a text tells why not. */
function open(given: string): Binding | string {
  if (!existsSync(given)) return "no such file";
  const file = statSync(given).isDirectory() ? join(given, libraryFileName) : given;
  if (!existsSync(file)) return `a folder without ${libraryFileName}`;
  const path = realpathSync(file);
  const known = loaded.get(path);
  if (known) return known;
  try {
    const library = koffi.load(path);
    const binding = new NativeBinding(library, path);
    if (!binding.has("MXPredCreate"))
      return "loads, but has no MXPredCreate: it is not a predict library";
    loaded.set(path, binding);
    return binding;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/**
 * The package that carries the library for this system, such as `@libpredict/linux-x64-musl`; a
 * name that no package has where there is none for it.
 */
export function platformPackage(): string {
  const musl = process.platform === "linux" && !usesGlibc() ? "-musl" : "";
  return `@libpredict/${process.platform}-${process.arch}${musl}`;
}

function usesGlibc(): boolean {
  // Not every runtime that loads packages of Node has reports; those that do not need glibc.
  const report = process.report as unknown as
    | {
        excludeNetwork?: boolean;
        getReport(): { header?: { glibcVersionRuntime?: string } };
      }
    | undefined;
  if (report?.getReport === undefined) return true;
  const before = report.excludeNetwork;
  // Listing the network interfaces would make the report slow.
  report.excludeNetwork = true;
  try {
    return report.getReport().header?.glibcVersionRuntime !== undefined;
  } finally {
    if (before !== undefined) report.excludeNetwork = before;
  }
}
