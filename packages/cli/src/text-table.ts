/** Tables of text in columns. Knows colour codes: they take no room. */
import { stripVTControlCharacters } from "node:util";

/** How one column is set. */
export interface Column {
  /** Its heading; a table whose headings are all empty has none. */
  readonly title: string;
  /** Numbers stand to the right. */
  readonly align?: "left" | "right";
}

/**
 * Sets rows in columns, two spaces between them, without trailing spaces.
 *
 * @param columns - from left to right
 * @param rows - one text for each column; missing ones are empty
 * @param heading - colours the line of headings
 * @returns the lines, without line ends
 */
export function textTable(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  heading: (text: string) => string = (text) => text,
): string[] {
  const widths = columns.map(({ title }, i) =>
    Math.max(textWidth(title), ...rows.map((row) => textWidth(row[i] ?? ""))),
  );
  const line = (cells: readonly string[]): string =>
    columns
      .map(({ align }, i) => {
        const cell = cells[i] ?? "";
        const room = " ".repeat((widths[i] ?? 0) - textWidth(cell));
        return align === "right" ? room + cell : cell + room;
      })
      .join("  ")
      .trimEnd();
  const titles = columns.map(({ title }) => title);
  const lines = rows.map(line);
  return titles.some((title) => title !== "") ? [heading(line(titles)), ...lines] : lines;
}

/** Places that a text takes on a terminal, for texts without wide characters. */
export function textWidth(text: string): number {
  return [...stripVTControlCharacters(text)].length;
}
