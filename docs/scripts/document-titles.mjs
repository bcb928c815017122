// A plugin of typedoc: a document without a title of its own is called by its first heading, so
// that READMEs, which are read elsewhere too, need no front matter.

/** @param {import("typedoc").Application} app */
export function load(app) {
  app.converter.on("createDocument", (_context, document) => {
    if (document.frontmatter["title"] !== undefined) return;
    const text = document.content.map((part) => part.text).join("");
    const title = /^# (.+)$/m.exec(text)?.[1];
    if (title === undefined) throw new Error(`${document.name} has no heading to be called by`);
    document.name = title;
  });
}
