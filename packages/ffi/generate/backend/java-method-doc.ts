/** The Javadoc of the method for a C function, and of the record that it returns. */
import type { ApiFunction, Parameter } from "../api-description.js";
import { errorCodeName } from "./api-index.js";
import { extentOf } from "./doc-text.js";
import { escapeJavadoc, javadoc } from "./java-doc.js";

/** Summary, thread rule, parameters with extents, results, and every error with its trigger. */
export function methodDoc(
  f: ApiFunction,
  parameters: readonly Parameter[],
  results: readonly Parameter[],
): string {
  const blocks = [escapeJavadoc(f.doc), `Threads: ${escapeJavadoc(f.thread)}.`];
  for (const p of parameters) {
    const extent = extentOf(p);
    const length = extent ? ` (${escapeJavadoc(extent)})` : "";
    blocks.push(`@param ${p.name} ${escapeJavadoc(p.doc)}${length}`);
  }
  const [first] = results;
  if (f.returns.kind !== "status") blocks.push(`@return ${escapeJavadoc(f.returns.doc)}`);
  else if (results.length === 1 && first) blocks.push(`@return ${resultDoc(first)}`);
  else if (first)
    blocks.push(`@return ${results.map((p) => `{@code ${p.name}}: ${resultDoc(p)}`).join(" ")}`);
  for (const e of f.errors)
    blocks.push(
      `@throws PredictException {@code ${errorCodeName(e.code)}}: ${escapeJavadoc(e.trigger)}`,
    );
  return javadoc(blocks, "  ");
}

export function resultRecordDoc(f: ApiFunction, results: readonly Parameter[]): string {
  return javadoc(
    [
      `What {@link #${f.name} ${f.name}} returns.`,
      ...results.map((p) => `@param ${p.name} ${resultDoc(p)}`),
    ],
    "  ",
  );
}

function resultDoc(p: Parameter): string {
  const text = escapeJavadoc(p.doc);
  if (p.owner.is === "new") return `${text} Give it back with {@link #${p.owner.release}}.`;
  if (p.kind !== "view" || p.owner.is !== "library") return text;
  if (p.type.base !== "void") return `${text} A copy.`;
  return `${text} Read-only and not a copy: access throws IllegalStateException once it has ended, by: ${escapeJavadoc(p.owner.until)}.`;
}
