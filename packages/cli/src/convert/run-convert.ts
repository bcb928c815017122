/** Runs `libpredict convert`: reads one file, writes the other. */
import { readFile } from "node:fs/promises";
import type { NDArrayList } from "@libpredict/core";
import { loadLibrary } from "@libpredict/ffi";
import type { ConvertOptions } from "../command-convert.js";
import { UsageError } from "../command-errors.js";
import { type ExitCode, exitCodes } from "../exit-codes.js";
import { formatBytes, formatCount } from "../quantities.js";
import { printJson, printLine, printNote } from "../standard-streams.js";
import {
  type ArrayFormat,
  arrayFormat,
  readArrays,
  selectArray,
  writeArrays,
} from "./array-files.js";
import { refuseExisting, writeAtomically } from "./atomic-file.js";
import { symbolAge, upgradeSymbol } from "./symbol-age.js";

/** What was written, as `--json` says it. */
interface Conversion {
  readonly input: string;
  readonly output: string;
  readonly bytes: number;
  /** Number of arrays; of a graph there is `age` instead. */
  readonly arrays?: number;
  /** The version of MXNet that wrote the graph that was read. */
  readonly age?: string;
  readonly warnings: readonly string[];
}

/** The body of the command. */
export async function runConvert(
  [input, output]: [string, string],
  options: ConvertOptions,
): Promise<ExitCode> {
  const formats = formatsOf(input, output, options);
  if (!options.force) await refuseExisting(output);
  const content = new Uint8Array(await readFile(input));
  const { written, ...what } = formats
    ? convertArrays(input, output, content, formats, options)
    : convertSymbol(content, options);
  await writeAtomically(output, written);
  const report: Conversion = { input, output, bytes: written.length, ...what };
  if (options.json) printJson(report);
  else printReport(report);
  return exitCodes.done;
}

/** The two kinds of array files, or undefined for two graphs. */
function formatsOf(
  input: string,
  output: string,
  { array, compress }: ConvertOptions,
): { from: ArrayFormat; to: ArrayFormat } | undefined {
  const isGraph = (path: string): boolean => path.toLowerCase().endsWith(".json");
  const from = arrayFormat(input);
  const to = arrayFormat(output);
  for (const path of [input, output])
    if (!isGraph(path) && !arrayFormat(path))
      throw new UsageError(
        `${path} has none of the endings .params, .nd, .npz, .npy and .json`,
        "The endings say what to convert.",
      );
  if (compress && to !== "npz") throw new UsageError("--compress is for .npz files");
  if (from && to) return { from, to };
  if (from || to) throw new UsageError("arrays cannot become a graph, nor a graph arrays");
  if (array !== undefined) throw new UsageError("--array is for files of arrays");
  return undefined;
}

function convertArrays(
  input: string,
  output: string,
  content: Uint8Array<ArrayBuffer>,
  { from, to }: { from: ArrayFormat; to: ArrayFormat },
  { array, compress = false }: ConvertOptions,
): { written: Uint8Array; arrays: number; warnings: string[] } {
  const all = readArrays(input, from, content);
  const list = array === undefined ? all : selectArray(all, array);
  const written = writeArrays(to, list, compress);
  return { written, arrays: list.tensors.length, warnings: prefixWarnings(output, list) };
}

/** MXNet drops parameters without a prefix silently, so this is the moment to say it. */
function prefixWarnings(output: string, { names, tensors }: NDArrayList): string[] {
  if (!output.toLowerCase().endsWith(".params")) return [];
  const without = tensors.map((_, i) => names[i] ?? "").filter((name) => !/^(arg|aux):/.test(name));
  if (without.length === 0) return [];
  return [
    `of ${tensors.length} names, ${without.length} without arg: or aux:, such as "${without[0]}"; MXNet ignores those when it loads a model`,
  ];
}

function convertSymbol(
  content: Uint8Array,
  { library }: ConvertOptions,
): { written: Uint8Array; age: string; warnings: string[] } {
  const written = upgradeSymbol(
    content,
    loadLibrary(library === undefined ? {} : { path: library }),
  );
  return { written, age: symbolAge(content), warnings: [] };
}

function printReport({ output, bytes, arrays, age, warnings }: Conversion): void {
  const what =
    arrays === undefined
      ? `graph of MXNet 1.9.1, from one of MXNet ${age}`
      : `${formatCount(arrays)} ${arrays === 1 ? "array" : "arrays"}, ${formatBytes(bytes)}`;
  printLine(`${output}: ${what}`);
  for (const warning of warnings) printNote(`warning: ${warning}`);
}
