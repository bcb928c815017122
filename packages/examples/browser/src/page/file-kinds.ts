/** What a file is, told from its name; and from its text, where two kinds share an ending. */

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
