/** Image files of a folder, one after the other, in a fixed order. */
import type { Dirent } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { throwIfAborted } from "../abort-signal.js";
import { LoadError, PredictError } from "../predict-error.js";

/** Options of `imagesIn`. */
export interface ImagesInOptions {
  /** Whether folders in the folder are searched too; by default not. Links to folders are not followed. */
  readonly recursive?: boolean;
  /** Endings of image files, in lower case, such as `[".png"]`; by default those of the formats that sharp reads. */
  readonly extensions?: readonly string[];
  /** Ends the search with code `aborted`. */
  readonly signal?: AbortSignal;
}

const imageExtensions = [
  ".avif",
  ".gif",
  ".jpeg",
  ".jpg",
  ".png",
  ".svg",
  ".tif",
  ".tiff",
  ".webp",
] as const;

/**
 * The paths of the image files in a folder, such as `Classifier.classifyAll` takes them.
 *
 * The order is that of the names' code units (`10.png` before `9.png`), folders among files. Upper
 * and lower case of an ending are the same; names that begin with a dot are left out. Only one
 * folder's names are in memory at a time, and files are not opened.
 *
 * @param folder - path or `file:` URL; paths are given as `join(folder, name)`
 * @param options - whether to go into folders; which endings
 * @throws {@link LoadError} a folder cannot be read; `tried` tells which and why
 * @throws {@link PredictError} `aborted`; `argument`: `folder` is no path or `file:` URL, or an
 *   option is impossible
 */
export async function* imagesIn(
  folder: string | URL,
  options: ImagesInOptions = {},
): AsyncGenerator<string, void, undefined> {
  const { recursive = false, extensions = imageExtensions, signal } = options;
  const path = pathOf(folder);
  if (!Array.isArray(extensions))
    throw new PredictError("argument", 'extensions must be an array, such as [".png"]');
  const aborted = `the search in ${path} was aborted`;
  throwIfAborted(signal, aborted);
  for (const entry of await entriesOf(path)) {
    throwIfAborted(signal, aborted);
    if (entry.name.startsWith(".")) continue;
    const inside = join(path, entry.name);
    if (entry.isDirectory()) {
      if (recursive) yield* imagesIn(inside, options);
    } else if (
      extensions.includes(extname(entry.name).toLowerCase()) &&
      (await isFile(entry, inside))
    )
      yield inside;
  }
}

function pathOf(folder: string | URL): string {
  if (typeof folder === "string" && folder !== "" && !folder.startsWith("file:")) return folder;
  try {
    return fileURLToPath(folder);
  } catch (cause) {
    throw new PredictError("argument", `"${folder}" is no path or file: URL of a folder`, {
      cause,
    });
  }
}

async function entriesOf(path: string): Promise<Dirent[]> {
  try {
    const entries = await readdir(path, { withFileTypes: true });
    return entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const reasons: Record<string, string> = {
      ENOENT: "no such folder",
      ENOTDIR: "it is a file, not a folder",
    };
    const reason = reasons[code ?? ""] ?? message;
    throw new LoadError(`no images in "${path}"`, [{ source: "folder", path, reason }], {
      cause: error,
    });
  }
}

/** A link counts as what it leads to; one that leads nowhere is no file. */
async function isFile(entry: Dirent, path: string): Promise<boolean> {
  if (!entry.isSymbolicLink()) return entry.isFile();
  return stat(path).then(
    (target) => target.isFile(),
    () => false,
  );
}
