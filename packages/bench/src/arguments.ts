/** What the commands' arguments have in common. */

/** Wrong arguments: exit code 2, with the usage. */
export class UsageError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "UsageError";
  }
}

export function wholeNumber(name: string, text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < 1) {
    throw new UsageError(`${name} takes whole numbers from 1 up, not "${text}"`);
  }
  return value;
}

/** A list with commas; all, if it is left out. */
export function chosen(
  name: string,
  text: string | undefined,
  known: readonly string[],
): readonly string[] {
  if (text === undefined) return known;
  const names = text.split(",");
  for (const one of names) {
    if (!known.includes(one)) {
      throw new UsageError(`${name}: no "${one}"; there are ${known.join(", ")}`);
    }
  }
  return names;
}
