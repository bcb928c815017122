/** Writes documentation of the header as TSDoc. */
import { wrapWords } from "./doc-text.js";

/** Escapes what TSDoc and Markdown would read as markup, outside of code spans. */
export function escapeDoc(text: string): string {
  return text
    .split(/(`[^`]*`)/)
    .map((part) => (part.startsWith("`") ? part : part.replace(/[{}<>@]/g, "\\$&")))
    .join("");
}

/** Makes a comment of paragraphs and tag lines, wrapped, at an indentation. */
export function docComment(blocks: string[], indent = ""): string {
  const lines: string[] = [];
  blocks.forEach((block, i) => {
    const tag = block.startsWith("@");
    if (i > 0 && !(tag && blocks[i - 1]?.startsWith("@"))) lines.push("");
    for (const paragraph of block.split("\n\n")) {
      if (paragraph !== block.split("\n\n")[0]) lines.push("");
      lines.push(...wrapWords(paragraph, 96 - indent.length, tag ? "  " : ""));
    }
  });
  if (lines.length === 1 && (lines[0] ?? "").length + indent.length < 92)
    return `${indent}/** ${lines[0]} */`;
  return [`${indent}/**`, ...lines.map((l) => `${indent} * ${l}`.trimEnd()), `${indent} */`].join(
    "\n",
  );
}
