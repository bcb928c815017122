/** Words of the header's documentation, laid out for comments of any language. */
import type { Parameter } from "../api-description.js";

/**
 * Breaks a text into lines of at most `width` characters; lines after the first begin with
 * `hanging`. Words longer than a line stand alone on theirs.
 */
export function wrapWords(text: string, width: number, hanging = ""): string[] {
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

/** `10 elements`, `n bytes`: how much memory stands behind a parameter; undefined if it is no array. */
export function extentOf(p: Parameter): string | undefined {
  if (p.length === undefined) return undefined;
  return `\`${p.length}\` ${p.kind === "bytes" ? "bytes" : "elements"}`;
}
