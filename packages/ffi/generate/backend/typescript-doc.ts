/** Writes documentation of the header as TSDoc. */

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
      lines.push(...wrap(paragraph, 96 - indent.length, tag ? "  " : ""));
    }
  });
  if (lines.length === 1 && (lines[0] ?? "").length + indent.length < 92)
    return `${indent}/** ${lines[0]} */`;
  return [`${indent}/**`, ...lines.map((l) => `${indent} * ${l}`.trimEnd()), `${indent} */`].join(
    "\n",
  );
}

function wrap(text: string, width: number, hanging: string): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line && line.length + 1 + word.length > width) {
      lines.push(line);
      line = hanging + word;
    } else line = line ? `${line} ${word}` : word;
  }
  lines.push(line);
  return lines;
}
