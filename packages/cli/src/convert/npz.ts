/**
 * NumPy's `.npz` files: a ZIP archive with one `.npy` file for each array, named after it.
 */
import { crc32 } from "node:zlib";
import { type NDArrayList, readNpy, writeNpy } from "@libpredict/core";
import { unzipSync, type Zippable, zipSync } from "fflate";
import { CommandError } from "../command-errors.js";

const ending = ".npy";
/** Sizes and offsets in an archive have 32 bits; the wide form is not written here. */
const archiveLimit = 0xffff_ffff;

/**
 * Reads an archive that `numpy.savez` or `numpy.savez_compressed` wrote.
 *
 * @returns the arrays in the archive's order, named as NumPy names them
 * @throws {@link CommandError} `npz`: not such an archive, damaged, or with something else in it
 * @throws PredictError as `readNpy`, for one of the arrays
 */
export function readNpz(content: Uint8Array): NDArrayList {
  const checksums = readChecksums(content);
  let files: Record<string, Uint8Array>;
  try {
    files = unzipSync(content);
  } catch (error) {
    throw damaged((error as Error).message, error);
  }
  const names: string[] = [];
  const tensors = [...checksums].map(([file, checksum]) => {
    const bytes = files[file];
    if (!bytes || crc32(bytes) !== checksum) throw damaged(`${file} has another checksum`);
    if (!file.endsWith(ending)) throw damaged(`${file} is not a ${ending} file`);
    names.push(file.slice(0, -ending.length));
    return named(file, () => readNpy(bytes));
  });
  return { names, tensors };
}

/**
 * Writes an archive that `numpy.load` reads.
 *
 * @param list - arrays; without names they become `arr_0`, `arr_1`, … as NumPy does it
 * @param compress - deflates, as `numpy.savez_compressed` does; weights hardly shrink
 * @throws {@link CommandError} `npz`: a name comes twice, or the archive would be over 4 GiB
 */
export function writeNpz({ names, tensors }: NDArrayList, compress = false): Uint8Array {
  const entries: Zippable = {};
  let size = 0;
  tensors.forEach((tensor, i) => {
    const file = `${names[i] ?? `arr_${i}`}${ending}`;
    if (Object.hasOwn(entries, file))
      throw new CommandError("npz", `two arrays are named "${names[i]}": an .npz file holds one`);
    const bytes = writeNpy(tensor);
    size += bytes.length + 2 * file.length + 200;
    // A fixed date, so that the same arrays make the same file; ZIP knows none before 1980.
    const options = { level: compress ? 6 : 0, mtime: new Date(1980, 0, 1) } as const;
    Object.defineProperty(entries, file, { value: [bytes, options], enumerable: true });
  });
  if (size > archiveLimit)
    throw new CommandError(
      "npz",
      `the arrays take ${size} bytes: an .npz file is limited to 4 GiB`,
    );
  return zipSync(entries);
}

/** The checksums that an archive's directory states, by file, in its order. */
function readChecksums(content: Uint8Array): Map<string, number> {
  const view = new DataView(content.buffer, content.byteOffset, content.byteLength);
  const directoryEnd = 22;
  let end = content.length - directoryEnd;
  const first = Math.max(0, end - 0xffff);
  while (end >= first && view.getUint32(end, true) !== 0x06054b50) end--;
  if (end < first || content.length < directoryEnd) throw damaged("it is not a ZIP archive");
  const count = view.getUint16(end + 10, true);
  let at = view.getUint32(end + 16, true);
  if (at === archiveLimit) throw damaged("archives of more than 4 GiB are not read");
  const checksums = new Map<string, number>();
  for (let i = 0; i < count; i++) {
    if (at + 46 > end || view.getUint32(at, true) !== 0x02014b50)
      throw damaged(`its directory breaks off at entry ${i}`);
    const length = view.getUint16(at + 28, true);
    const name = new TextDecoder().decode(content.subarray(at + 46, at + 46 + length));
    if (checksums.has(name)) throw damaged(`${name} comes twice`);
    checksums.set(name, view.getUint32(at + 16, true));
    at += 46 + length + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
  }
  return checksums;
}

function named<T>(file: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof Error) error.message = `${file}: ${error.message}`;
    throw error;
  }
}

function damaged(what: string, cause?: unknown): CommandError {
  return new CommandError("npz", `damaged .npz file: ${what}`, undefined, { cause });
}
