/**
 * Text from a model's files for a terminal. Names can be anything; one with control characters
 * could move the cursor, recolour or retitle the terminal, or turn the direction of writing.
 */

/** The text with control and formatting characters replaced by `�`. */
export function visibleText(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Surrogate}]/gu, "\ufffd");
}
