/** What a file is, told from its name; and from its text, where two kinds share an ending. */

import type { ModelPart } from "./model-parts.js";

export type FileKind = "picture" | "symbol" | "params" | "labels" | "unknown";

export async function fileKind(file: File): Promise<FileKind> {
  const name = file.name.toLowerCase();
  if (file.type.startsWith("image/")) return "picture";
  if (/\.(params|nd)$/.test(name)) return "params";
  if (/\.(txt|csv|lst)$/.test(name)) return "labels";
  if (name.endsWith("-symbol.json")) return "symbol";
  // Labels come as JSON too.
  if (name.endsWith(".json")) return (await file.text()).includes('"nodes"') ? "symbol" : "labels";
  return "unknown";
}

/** Files by what they are for; of several for one part of a network, the last. */
export interface SortedFiles {
  readonly pictures: readonly File[];
  readonly parts: Readonly<Partial<Record<ModelPart, File>>>;
  /** One that is of no kind. */
  readonly unknown: File | undefined;
}

export async function sortFiles(files: readonly File[]): Promise<SortedFiles> {
  const pictures: File[] = [];
  const parts: Partial<Record<ModelPart, File>> = {};
  let unknown: File | undefined;
  for (const file of files) {
    const kind = await fileKind(file);
    if (kind === "picture") pictures.push(file);
    else if (kind === "unknown") unknown = file;
    else parts[kind] = file;
  }
  return { pictures, parts, unknown };
}
