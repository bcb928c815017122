/** Bars made of text. */

/** Blocks of one eighth to seven eighths of a place. */
const eighths = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"] as const;

/** A bar of up to `length` places, exact to an eighth of one; nothing for less than half an eighth. */
export function shareBar(share: number, length: number): string {
  const parts = Math.round(Math.min(1, Math.max(0, share)) * length * 8);
  return "█".repeat(Math.floor(parts / 8)) + eighths[parts % 8];
}
