/** Puts text into HTML. Names come from model files, which anybody may have written. */

/** HTML that is finished: {@link html} puts it in as it is. */
export class Html {
  /** @param text - HTML; what came from outside is escaped in it already */
  constructor(readonly text: string) {}
}

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** The text with everything escaped that means something in HTML, for elements and quoted attributes. */
export function escapeHtml(text: string): string {
  return (
    text
      .replace(/[&<>"']/g, (character) => entities[character] as string)
      // Characters that HTML does not allow, and lone halves of pairs.
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
      .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]|\p{Surrogate}/gu, "\ufffd")
  );
}

/** A template whose values are escaped, unless they are {@link Html} or lists of it. */
export function html(
  parts: TemplateStringsArray,
  ...values: readonly (string | number | Html | readonly Html[])[]
): Html {
  let text = parts[0] ?? "";
  values.forEach((value, i) => {
    if (value instanceof Html) text += value.text;
    else if (Array.isArray(value)) text += (value as readonly Html[]).map((h) => h.text).join("");
    else text += escapeHtml(String(value));
    text += parts[i + 1] ?? "";
  });
  return new Html(text);
}

/** JSON that may stand in a script element: nothing in it can end the element. */
export function scriptJson(value: unknown): Html {
  const text = JSON.stringify(value)
    .replace(/</g, "\\u003c")
    .replace(/\u2028/g, "\\u2028")
    .replace(/\u2029/g, "\\u2029");
  return new Html(text);
}
