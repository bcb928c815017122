/** What the two output streams are: whether a person looks at them, and whether colours are wanted. */
import pc from "picocolors";

/** Functions that colour text, or leave it as it is. */
export type Colors = ReturnType<typeof pc.createColors>;

/**
 * Whether to colour what goes to a stream: `NO_COLOR` says no, `FORCE_COLOR` yes; else on a
 * terminal that can.
 */
export function wantsColor(stream: { readonly isTTY?: boolean | undefined }): boolean {
  const { NO_COLOR, FORCE_COLOR, TERM } = process.env;
  if (NO_COLOR) return false;
  if (FORCE_COLOR) return FORCE_COLOR !== "0";
  return stream.isTTY === true && TERM !== "dumb";
}

/** Colours for standard output. */
export const colors: Colors = pc.createColors(wantsColor(process.stdout));

/** Colours for standard error. */
export const errorColors: Colors = pc.createColors(wantsColor(process.stderr));

/** Characters in a line of standard output; 80 where it is no terminal. */
export function lineWidth(): number {
  return process.stdout.columns || 80;
}
