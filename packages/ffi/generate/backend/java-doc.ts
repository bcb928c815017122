/** Writes documentation of the header as Javadoc. */
import { wrapWords } from "./doc-text.js";

/** Escapes what Javadoc would read as markup; text between backticks becomes code. */
export function escapeJavadoc(text: string): string {
  return text
    .split(/(`[^`]*`)/)
    .map((part) => (part.startsWith("`") ? codeOf(part.slice(1, -1)) : escapeText(part)))
    .join("");
}

function codeOf(text: string): string {
  // Braces inside {@code} must be balanced, and a comment must not end early.
  return /[{}]|\*\/|@/.test(text) ? `<code>${escapeText(text)}</code>` : `{@code ${text}}`;
}

function escapeText(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll("@", "&#64;")
    .replaceAll("*/", "*&#47;");
}

/** Makes a comment of paragraphs and tag lines, wrapped, at an indentation. */
export function javadoc(blocks: readonly string[], indent = ""): string {
  const lines: string[] = [];
  let tagged = false;
  for (const block of blocks) {
    const tag = block.startsWith("@");
    block.split("\n\n").forEach((paragraph) => {
      if (lines.length > 0 && !tag) lines.push("");
      if (tag && !tagged && lines.length > 0) lines.push("");
      const text = tag || lines.length === 0 ? paragraph : `<p>${paragraph}`;
      lines.push(...wrapWords(text.replaceAll("\n", " "), 96 - indent.length, tag ? "    " : ""));
      if (tag) tagged = true;
    });
  }
  if (lines.length === 1 && (lines[0] ?? "").length + indent.length < 92)
    return `${indent}/** ${lines[0]} */`;
  return [`${indent}/**`, ...lines.map((l) => `${indent} * ${l}`.trimEnd()), `${indent} */`].join(
    "\n",
  );
}
