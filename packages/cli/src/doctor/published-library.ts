/** `libpredict.json`, which lies beside a published library and says what that file is. */
import { createHash } from "node:crypto";
import { readFileSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { libraryFileName } from "@libpredict/ffi";

/** What was published, and the file as it is. */
export interface PublishedLibrary {
  /** Path of the `libpredict.json`. */
  readonly manifest: string;
  /** The package that carries the library. */
  readonly package: string;
  /** SHA-256 of the file that was published. */
  readonly sha256: string;
  /** SHA-256 of the file as it is. */
  readonly actualSha256: string;
  /** SHA-256 of the C sources that it was compiled from; `source` of the build has its first digits. */
  readonly source: string;
  /** The oldest glibc that can load it; null: it asks for none. */
  readonly glibc: string | null;
}

/**
 * Reads what was published.
 *
 * @param library - path of a library, or of its folder
 * @returns null where nothing beside it is about this file
 * @throws Error the file or its `libpredict.json` cannot be read, or is damaged
 */
export function publishedLibrary(library: string): PublishedLibrary | null {
  const file = statSync(library).isDirectory() ? join(library, libraryFileName) : library;
  const manifest = join(dirname(file), "libpredict.json");
  const text = readIfThere(manifest);
  if (text === undefined) return null;
  const stated = parse(manifest, text);
  if (stated["file"] !== basename(file)) return null;
  const string = (key: string): string => {
    const value = stated[key];
    if (typeof value !== "string") throw new Error(`${manifest} is damaged: it has no "${key}"`);
    return value;
  };
  return {
    manifest,
    package: string("package"),
    sha256: string("sha256"),
    actualSha256: createHash("sha256").update(readFileSync(file)).digest("hex"),
    source: string("source"),
    glibc: stated["glibc"] === null ? null : string("glibc"),
  };
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

function parse(path: string, text: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new Error(`${path} is damaged: ${(cause as Error).message}`, { cause });
  }
  if (typeof value !== "object" || value === null)
    throw new Error(`${path} is damaged: it is no object`);
  return value as Record<string, unknown>;
}

/**
 * How a library differs from what was published; nothing if it is the same.
 *
 * @param source - as the library says it itself: the first digits of the hash of its sources
 */
export function publishedDifferences(
  { sha256, actualSha256, source: published }: PublishedLibrary,
  source: string | undefined,
): readonly string[] {
  const differences: string[] = [];
  if (actualSha256 !== sha256)
    differences.push(`its SHA-256 begins with ${start(actualSha256)} instead of ${start(sha256)}`);
  if (source === undefined || !published.startsWith(source))
    differences.push(
      `it is made from sources ${source ?? "unknown"} instead of ${start(published)}`,
    );
  return differences;
}

/** As many digits of a hash as the library says itself. */
function start(hash: string): string {
  return hash.slice(0, 16);
}

/**
 * The glibc that a library needs, if an older one is why it does not load: as published, or as
 * the loader says, which may name an older one than needed.
 *
 * @param path - as it was given for loading
 * @param reason - why it does not load
 */
export function missingGlibc(path: string, reason: string): string | undefined {
  const named = /GLIBC_(\d[\d.]*)' not found/.exec(reason)?.[1];
  if (named === undefined) return undefined;
  try {
    return publishedLibrary(path)?.glibc ?? named;
  } catch {
    // A damaged manifest matters where its library is used.
    return named;
  }
}
