/** Writes documentation of the header as Doxygen comments. */
import { wrapWords } from "./doc-text.js";

/** Escapes what Doxygen would read as a command or as HTML, outside of code spans. */
export function escapeDoxygen(text: string): string {
  if (text.includes("*/")) throw new Error(`a comment cannot hold "*/": ${text}`);
  return text
    .split(/(`[^`]*`)/)
    .map((part) => (part.startsWith("`") ? part : part.replace(/[@\\<>]/g, "\\$&")))
    .join("");
}

/** Makes a comment of paragraphs, `@` lines and list items (`- `), wrapped, at an indentation. */
export function doxygen(blocks: readonly string[], indent = ""): string {
  const lines: string[] = [];
  const isItem = (text: string | undefined): boolean => /^(@|- )/.test(text ?? "");
  blocks.forEach((block, i) => {
    if (i > 0 && !(isItem(block) && isItem(blocks[i - 1]))) lines.push("");
    block.split("\n\n").forEach((paragraph, n) => {
      if (n > 0) lines.push("");
      for (const text of paragraph.split("\n"))
        lines.push(...wrapWords(text, 96 - indent.length, isItem(text) ? "  " : ""));
    });
  });
  const only = lines.length === 1 ? (lines[0] ?? "") : "";
  if (only && only.length + indent.length < 92) return `${indent}/** ${only} */`;
  return [`${indent}/**`, ...lines.map((l) => `${indent} * ${l}`.trimEnd()), `${indent} */`].join(
    "\n",
  );
}
