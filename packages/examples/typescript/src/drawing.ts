/**
 * Pictures, bars and columns made of characters.
 *
 * A rich terminal gets block characters and shades of grey; anything else (a pipe, a file, NO_COLOR)
 * gets plain ASCII, so that no escape sequence ever lands in a log. Every line ends with its colours
 * reset, so output may be cut after any line.
 */

import { inkLevel } from "./ink-level.js";

const asciiShades = " .:-=+*#%@";
const eighthBlocks = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];
const greyFirst = 234;
const greyLast = 255;

/** What decides how pictures are drawn; `process.stdout` and `process.env` fit. */
export interface Terminal {
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/** Whether `terminal` takes colours and block characters: it is one, and nobody asked for none. */
export function isRich(terminal: Terminal, environment: NodeJS.ProcessEnv): boolean {
  const noColor = environment["NO_COLOR"] ?? "";
  return terminal.isTTY === true && noColor === "" && environment["TERM"] !== "dumb";
}

/** Text in one of the terminal's colours, or as it is when not `rich`. */
export function colored(text: string, color: "green" | "red" | "grey", rich: boolean): string {
  const code = { green: 32, red: 31, grey: 90 }[color];
  return rich ? `\x1b[${code}m${text}\x1b[0m` : text;
}

/** Eight lines of 16 columns from 64 pixels (0 to 16, row by row); two columns make a square pixel. */
export function drawImage(pixels: Uint8Array, rich: boolean): string[] {
  const lines: string[] = [];
  for (let row = 0; row < 8; row++) {
    let line = "";
    for (const pixel of pixels.subarray(row * 8, row * 8 + 8)) {
      const ink = pixel / inkLevel;
      line += rich
        ? `\x1b[38;5;${greyFirst + Math.round(ink * (greyLast - greyFirst))}m██`
        : (asciiShades[Math.round(ink * (asciiShades.length - 1))] ?? "?").repeat(2);
    }
    lines.push(rich ? `${line}\x1b[0m` : line);
  }
  return lines;
}

/** A bar that fills `fraction` (0 to 1) of `width` columns, padded with spaces to that width. */
export function drawBar(fraction: number, width: number, rich: boolean): string {
  if (!rich) {
    return "#".repeat(Math.round(fraction * width)).padEnd(width);
  }
  const eighths = Math.round(fraction * width * 8);
  return ("█".repeat(Math.floor(eighths / 8)) + (eighthBlocks[eighths % 8] ?? "")).padEnd(width);
}

/** Blocks of lines side by side, as many as fit `columns`; each block is `width` columns wide. */
export function layOut(blocks: readonly string[][], width: number, columns: number): string[] {
  const gap = "    ";
  const perRow = Math.max(1, Math.floor((columns + gap.length) / (width + gap.length)));
  const lines: string[] = [];
  for (let first = 0; first < blocks.length; first += perRow) {
    const row = blocks.slice(first, first + perRow);
    const height = Math.max(...row.map((block) => block.length));
    for (let line = 0; line < height; line++) {
      lines.push(
        row
          .map((block) => block[line] ?? "")
          .join(gap)
          .trimEnd(),
      );
    }
    lines.push("");
  }
  return lines;
}
