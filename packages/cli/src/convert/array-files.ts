/** Files of arrays, told apart by their endings: MXNet's, and NumPy's two. */
import { basename, extname } from "node:path";
import { type NDArrayList, readNDArrays, readNpy, writeNDArrays, writeNpy } from "@libpredict/core";
import { CommandError, UsageError } from "../command-errors.js";
import { readNpz, writeNpz } from "./npz.js";

/** Kinds of files of arrays. */
export type ArrayFormat = "ndarray" | "npz" | "npy";

const formats: Readonly<Record<string, ArrayFormat>> = {
  ".params": "ndarray",
  ".nd": "ndarray",
  ".npz": "npz",
  ".npy": "npy",
};

/** The kind of file that a name's ending says; undefined for any other ending. */
export function arrayFormat(path: string): ArrayFormat | undefined {
  return formats[extname(path).toLowerCase()];
}

/**
 * Reads arrays. The one of a `.npy` file is named after the file.
 *
 * @throws PredictError, CommandError as the format's reader
 */
export function readArrays(
  path: string,
  format: ArrayFormat,
  content: Uint8Array<ArrayBuffer>,
): NDArrayList {
  if (format === "ndarray") return readNDArrays(content);
  if (format === "npz") return readNpz(content);
  return { names: [basename(path, extname(path))], tensors: [readNpy(content)] };
}

/**
 * Writes arrays.
 *
 * @param compress - deflates an `.npz` file
 * @throws {@link UsageError} a `.npy` file cannot hold so many arrays
 */
export function writeArrays(format: ArrayFormat, list: NDArrayList, compress: boolean): Uint8Array {
  if (format === "ndarray") return writeNDArrays(list);
  if (format === "npz") return writeNpz(list, compress);
  const [tensor] = list.tensors;
  if (!tensor || list.tensors.length !== 1)
    throw new UsageError(
      `a .npy file holds one array, and there are ${list.tensors.length}`,
      "--array NAME takes one of them; an .npz file holds all.",
    );
  return writeNpy(tensor);
}

/**
 * One array of a list, under its name.
 *
 * @throws {@link CommandError} `name`: there is none of that name; those that there are are listed
 */
export function selectArray(list: NDArrayList, name: string): NDArrayList {
  const index = list.names.indexOf(name);
  const tensor = list.tensors[index];
  if (tensor) return { names: [name], tensors: [tensor] };
  const known = list.names.slice(0, 20).join(", ");
  const more = list.names.length > 20 ? `, and ${list.names.length - 20} more` : "";
  throw new CommandError(
    "name",
    `there is no array "${name}"; there are: ${known || "none with a name"}${more}`,
  );
}
