/** Names of a classifier's classes, in the forms in which they come. */
import { PredictError } from "../predict-error.js";

/** Options of `parseLabels`; `readLabels` has them too. */
export interface LabelOptions {
  /** Whether WordNet ids stay in front of the names, as `n01440764 tench`; they are dropped by default. */
  readonly ids?: boolean | undefined;
}

/**
 * Reads the names of classes. The forms, told apart by what they begin with and contain:
 *
 * - `synset.txt`: lines `n01440764 tench, Tinca tinca`, all with an id;
 * - lines: one name each, blank ones at the end left out;
 * - JSON: `["tench", …]`, `[["n01440764", "tench"], …]`, `{"0": "tench", …}`,
 *   `{"0": ["n01440764", "tench"], …}`, `{"tench": 0, …}`.
 *
 * A byte order mark is skipped, lines may end with CR LF, and blanks around names go. Names need
 * not differ.
 *
 * @param text - the content of the file
 * @param options - whether ids are kept
 * @returns a name for each class; the position is the class's index
 * @throws {@link PredictError} `argument`: the text is none of these, has no names, an empty one, or none
 *   for some index; the message says where
 */
export function parseLabels(text: string, options: LabelOptions = {}): readonly string[] {
  if (typeof text !== "string") throw bad("labels are read from a string");
  const content = text.replace(/^\uFEFF/, "").trimEnd();
  if (content.trimStart() === "") throw bad("there are no labels, only blanks");
  if (content.includes("\0")) throw bad("labels are text, not binary data");
  const entries = /^\s*[[{]/.test(content) ? jsonEntries(content) : lineEntries(content);
  return entries.map(({ id, name }) => (id !== undefined && options.ids ? `${id} ${name}` : name));
}

/**
 * Reads the names of classes from the content of a file.
 *
 * @param name - what the messages call the file
 * @throws {@link PredictError} `argument`: not UTF-8, or as `parseLabels`; the message begins with the name
 */
export function decodeLabels(
  content: Uint8Array,
  name: string,
  options: LabelOptions = {},
): readonly string[] {
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(content);
  } catch (error) {
    throw new PredictError("argument", `${name}: not UTF-8 text`, { cause: error });
  }
  try {
    return parseLabels(text, options);
  } catch (error) {
    if (!(error instanceof PredictError)) throw error;
    throw new PredictError(error.code, `${name}: ${error.message}`, { cause: error });
  }
}

/** A class: its name, and its id where the form has one. */
interface Entry {
  readonly name: string;
  readonly id?: string;
}

function bad(detail: string): PredictError {
  return new PredictError("argument", detail);
}

function lineEntries(content: string): Entry[] {
  const lines = content.split(/\r\n|\n|\r/).map((line) => line.trim());
  const empty = lines.indexOf("");
  if (empty >= 0) throw bad(`line ${empty + 1} of the labels is empty: each line names a class`);
  const synset = lines.map((line) => /^(n\d{8})\s+(.+)$/.exec(line));
  return lines.map((line, index) => {
    const [, id, name] = synset[index] ?? [];
    const isSynset = id !== undefined && name !== undefined && !synset.includes(null);
    return isSynset ? { id, name } : { name: line };
  });
}

function jsonEntries(content: string): Entry[] {
  let value: unknown;
  try {
    value = JSON.parse(content);
  } catch (error) {
    const { message } = error as Error;
    throw new PredictError("argument", `labels begin like JSON, but are not: ${message}`, {
      cause: error,
    });
  }
  const byIndex = Array.isArray(value) ? value : inOrder(value as Record<string, unknown>);
  if (byIndex.length === 0) throw bad("there are no labels: the JSON is empty");
  return byIndex.map((entry, index) => {
    const [id, name] = Array.isArray(entry) && entry.length === 2 ? entry : [undefined, entry];
    if (
      typeof name !== "string" ||
      name.trim() === "" ||
      !["string", "undefined"].includes(typeof id)
    )
      throw bad(`label ${index} is ${JSON.stringify(entry)}, neither a name nor an id and a name`);
    return id === undefined ? { name: name.trim() } : { id, name: name.trim() };
  });
}

/** The entries of an object that has indices as keys, or as values. */
function inOrder(object: Record<string, unknown>): unknown[] {
  const isIndex = (value: unknown): value is number =>
    typeof value === "number" && Number.isInteger(value) && value >= 0;
  let pairs: [index: number, entry: unknown][];
  const keys = Object.keys(object);
  if (keys.every((key) => /^\d+$/.test(key))) pairs = keys.map((key) => [Number(key), object[key]]);
  else if (Object.values(object).every(isIndex))
    pairs = keys.map((key) => [object[key] as number, key]);
  else
    throw bad(
      'labels as a JSON object have indices as keys, {"0": "tench"}, or as values, {"tench": 0}',
    );
  const entries = new Map(pairs);
  if (entries.size !== pairs.length) throw bad("two labels in the JSON object have one index");
  return pairs.map((_, index) => {
    if (!entries.has(index))
      throw bad(`the JSON object has ${pairs.length} labels, but none for index ${index}`);
    return entries.get(index);
  });
}
