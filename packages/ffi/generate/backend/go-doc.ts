/** Writes documentation of the header as Go's doc comments. */
import { wrapWords } from "./doc-text.js";

const width = 97;

/** A line of a list: gofmt wants the mark at two spaces and what follows at four. */
function listItem(text: string): string[] {
  return wrapWords(text, width - 4).map((line, i) => (i === 0 ? `  - ${line}` : `    ${line}`));
}

/** What stands in a doc comment: paragraphs, lists under a heading, and preformatted lines. */
export type DocBlock =
  | string
  | { readonly heading: string; readonly items: readonly string[] }
  | { readonly code: string };

/** Makes a comment of blocks, at an indentation; an empty list is left out. */
export function goDoc(blocks: readonly DocBlock[], indent = ""): string {
  const lines: string[] = [];
  const paragraph = (part: readonly string[]): void => {
    if (lines.length > 0) lines.push("");
    lines.push(...part);
  };
  for (const block of blocks) {
    if (typeof block === "string")
      for (const text of block.split("\n\n")) paragraph(wrapWords(plain(text), width));
    else if ("code" in block) paragraph([`\t${block.code}`]);
    else if (block.items.length > 0) {
      paragraph([`${block.heading}:`]);
      lines.push(...block.items.flatMap((item) => listItem(plain(item))));
    }
  }
  return lines
    .map((line) => `${indent}//${line.startsWith("\t") ? line : ` ${line}`}`.trimEnd())
    .join("\n");
}

/** Godoc has no code spans. A text in square brackets would be a link if it named something; none does. */
function plain(text: string): string {
  return text.replace(/`([^`]*)`/g, "$1");
}

/** A function's comment begins with its name: `Makes a predictor.` becomes `X makes a predictor.` */
export function named(name: string, doc: string): string {
  return `${name} ${doc.charAt(0).toLowerCase()}${doc.slice(1)}`;
}
