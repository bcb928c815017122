/** Writes documentation of the header as docstrings. */
import type { ApiFunction, Parameter } from "../api-description.js";
import { errorCodeName } from "./api-index.js";
import { extentOf, wrapWords } from "./doc-text.js";

const width = 100;

/** A docstring of paragraphs; a paragraph that begins with spaces keeps its lines. */
export function docstring(paragraphs: readonly string[], indent: string): string {
  const text = paragraphs
    .map((p) => (p.startsWith("\t") ? p.slice(1) : wrapWords(p, width - indent.length).join("\n")))
    .join("\n\n")
    .replaceAll("\\", "\\\\")
    .replaceAll('"""', '\\"\\"\\"');
  const lines = text.split("\n");
  const only = lines.length === 1 && text.length + indent.length + 6 <= width + 10;
  if (only) return `${indent}"""${text}${text.endsWith('"') ? " " : ""}"""`;
  return [`${indent}"""${lines[0]}`, ...lines.slice(1).map((l) => `${indent}${l}`), `${indent}"""`]
    .map((l) => l.trimEnd())
    .join("\n");
}

/** A section such as `Args:` with an entry each. */
function section(title: string, entries: readonly string[], indent: string): string[] {
  if (entries.length === 0) return [];
  const lines = entries.flatMap((e) => wrapWords(e, width - indent.length - 4, "    "));
  return [`\t${title}:\n${lines.map((l) => `    ${l}`).join("\n")}`];
}

/** Paragraphs of the header's text; its own line breaks mean nothing but between paragraphs. */
export function paragraphs(doc: string): string[] {
  return doc.split("\n\n");
}

export function methodDoc(
  f: ApiFunction,
  parameters: readonly Parameter[],
  results: readonly Parameter[],
  lent: string | undefined,
  indent: string,
): string {
  const args = parameters.map((p) => {
    const extent = extentOf(p);
    return `${p.name}: ${p.doc}${extent ? ` (${extent})` : ""}`;
  });
  const returns =
    f.returns.kind !== "status"
      ? [f.returns.doc]
      : results.map((p) => (results.length > 1 ? `${p.name}: ` : "") + resultDoc(p, lent));
  const raises = f.errors.map((e) => `PredictError: \`${errorCodeName(e.code)}\`: ${e.trigger}`);
  return docstring(
    [
      ...paragraphs(f.doc),
      `Threads: ${f.thread}.`,
      ...section("Args", args, indent),
      ...section("Returns", returns, indent),
      ...section("Raises", raises, indent),
    ],
    indent,
  );
}

function resultDoc(p: Parameter, lent: string | undefined): string {
  if (p.owner.is === "new") return `${p.doc} Give it back with \`${p.owner.release}\`.`;
  if (p.kind !== "view") return p.doc;
  return p.name === lent
    ? `${p.doc} Read-only, and not a copy: it shows what the library's memory holds, and keeps it.`
    : `${p.doc} A copy.`;
}
