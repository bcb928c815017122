// Turns the description of the C header (packages/ffi/api.json, which the generator makes from the
// header and checks) into pages of the site, one for each function and one for the types, and into
// the table of error codes in docs/guides/errors.md. The text is the header's own; nothing is added
// but links.
// Usage: node docs/scripts/header-pages.mjs        writes docs/build/c-api.md, docs/build/c-api/ and the table

import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const repository = fileURLToPath(new URL("../../", import.meta.url));
const header = readFileSync(join(repository, "packages/c-api/include/c_predict_api.h"), "utf8");
/** @typedef {import("../../packages/ffi/generate/api-description.js").Api} ApiDescription */
/** @type {ApiDescription} */
const api = JSON.parse(readFileSync(join(repository, "packages/ffi/api.json"), "utf8"));

const functionNames = new Set(api.functions.map((f) => f.name));
const typeNames = new Set(
  [api.handles, api.enums, api.structs, api.callbacks, api.aliases].flat().map((t) => t.name),
);
const errorNames = new Set(
  api.enums.find((e) => e.name === "LPErrorCode")?.members.map((m) => m.name) ?? [],
);

/**
 * A doc text with every name of the header linked to its page, but for the page it stands on.
 * @param {string} text @param {string} own
 * @param {string | undefined} folder how a page in c-api/ is reached; undefined: names are code, not links
 */
function linked(text, own, folder) {
  /** @param {string} name */
  const link = (name) => {
    const known = functionNames.has(name) || typeNames.has(name) || errorNames.has(name);
    if (!known || name === own) return name;
    if (folder === undefined) return `\`${name}\``;
    if (functionNames.has(name)) return `[${name}](${folder}${name}.md)`;
    if (typeNames.has(name)) return `[${name}](${folder}types.md#${name.toLowerCase()})`;
    return `[${name}](${folder === "" ? "../" : ""}../guides/errors.md#codes)`;
  };
  return text
    .split(/(`[^`]*`)/)
    .map((part, i) =>
      i % 2 === 1
        ? part
        : part
            .replace(/[\\<>|*[\]{}]/g, "\\$&")
            .replace(/\b(?:MX|LP)\w+|\b\w+(?:Handle|Callback|Function)\b/g, link),
    )
    .join("");
}

/** @param {string} text */
const cell = (text) => text.replaceAll("\n", " ");

/** The declaration as the header has it, without the export macro. @param {{name: string, line: number}} f */
function prototypeOf({ name, line }) {
  const text = header
    .split("\n")
    .slice(line - 1)
    .join("\n");
  const end = text.indexOf(";");
  const declaration = text.slice(0, end + 1).replace(/^MXNET_DLL /, "");
  if (!declaration.includes(`${name}(`))
    throw new Error(`line ${line} of the header does not declare ${name}; run npm run generate`);
  return declaration.replace(/\n +/g, "\n    ");
}

/** @param {import("../../packages/ffi/generate/api-description.js").Owner} owner */
function ownership(owner) {
  if (owner.is === "caller") return "the caller's memory";
  if (owner.is === "new") return `new; give it back with ${owner.release}`;
  if (owner.is === "library") return `the library's memory, valid until ${owner.until}`;
  return "";
}

/** @param {import("../../packages/ffi/generate/api-description.js").Parameter} p */
function shapeOf(p) {
  const kind = (p.handle ?? p.struct) ? `${p.kind} ${p.handle ?? p.struct}` : p.kind;
  return p.length === undefined ? kind : `${kind}, ${p.length} ${lengthUnit(p)}`;
}

/** @param {import("../../packages/ffi/generate/api-description.js").Parameter} p */
function lengthUnit(p) {
  return p.kind === "bytes" ? "bytes" : "elements";
}

/** @param {ApiDescription["functions"][number]} f */
function functionPage(f) {
  const out = [`# ${f.name}`, "", "```c no-run", prototypeOf(f), "```", ""];
  out.push(linked(f.doc, f.name, ""), "");
  if (f.parameters.length > 0) {
    out.push("## Parameters", "", "| name | | |", "|---|---|---|");
    for (const p of f.parameters) {
      const traits = [shapeOf(p), ownership(p.owner), p.nullable ? "may be NULL" : ""];
      const what = linked(traits.filter(Boolean).join("; "), f.name, "");
      const doc = cell(linked(p.doc, f.name, ""));
      out.push(`| \`${p.name}\` | ${p.direction} | ${doc}<br>*${what}* |`);
    }
    out.push("");
  }
  out.push("## Returns", "", linked(f.returns.doc, f.name, ""), "");
  if (f.errors.length > 0) {
    out.push("## Errors", "", "| code | when |", "|---|---|");
    for (const e of f.errors)
      out.push(
        `| [${e.code}](../../guides/errors.md#codes) | ${cell(linked(e.trigger, f.name, ""))} |`,
      );
    out.push("");
  }
  out.push("## Threads", "", linked(f.thread, f.name, ""), "");
  return out.join("\n");
}

function typesPage() {
  const out = ["# Types", ""];
  out.push("Handles, structures, enumerations and callbacks of `c_predict_api.h`.", "");
  /** @param {string} name @param {string} doc */
  const section = (name, doc) => out.push(`## ${name}`, "", linked(doc, name, ""), "");
  for (const h of api.handles) {
    section(h.name, h.doc);
    if (h.release !== undefined) out.push(`Given back with ${linked(h.release, "", "")}.`, "");
  }
  for (const e of api.enums) {
    section(e.name, e.doc);
    out.push("| name | value | |", "|---|---|---|");
    for (const m of e.members)
      out.push(`| \`${m.name}\` | ${m.value} | ${cell(linked(m.doc, e.name, ""))} |`);
    out.push("");
  }
  for (const s of api.structs) {
    section(s.name, s.doc);
    out.push(`${s.sizeBytes} bytes.`, "", "| member | type | offset | |", "|---|---|---|---|");
    for (const m of s.members) {
      const type = m.count === undefined ? m.type : `${m.type}[${m.count}]`;
      out.push(
        `| \`${m.name}\` | \`${type}\` | ${m.offset} | ${cell(linked(m.doc, s.name, ""))} |`,
      );
    }
    out.push("");
  }
  for (const c of api.callbacks) section(c.name, c.doc);
  for (const a of api.aliases) section(a.name, `The same as \`${a.type}\`. ${a.doc}`);
  return out.join("\n");
}

/**
 * The parts of a code's text: what it means, what gives it, what helps.
 * @param {string} doc
 */
export function errorParts(doc) {
  const match = /^([\s\S]*?)(?:\s*Example: ([\s\S]*?))?(?:\s*Remedy: ([\s\S]*))?$/.exec(doc);
  /** @param {string | undefined} text */
  const sentence = (text) => (text ?? "").replace(/^[a-z]/, (letter) => letter.toUpperCase());
  return { meaning: match?.[1] ?? doc, example: match?.[2] ?? "", remedy: sentence(match?.[3]) };
}

/**
 * The codes that TypeScript adds to the engine's, from the comment that lists them.
 * @param {string} source packages/core/src/predict-error.ts
 * @returns {{name: string, doc: string}[]}
 */
export function typescriptCodes(source) {
  const comment = /\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\s*export type PredictErrorCode/.exec(
    source,
  )?.[1];
  const entries =
    comment
      ?.replace(/^\s*\* ?/gm, "")
      .split(/^- /m)
      .slice(1) ?? [];
  const codes = entries.map((entry) => {
    const [, name = "", doc = ""] = /^`([\w-]+)`: ([\s\S]*)$/.exec(entry) ?? [];
    return { name, doc: doc.replace(/\s+/g, " ").trim() };
  });
  if (codes.length === 0 || codes.some((c) => c.name === "" || c.doc === ""))
    throw new Error("predict-error.ts lists its codes in another form than expected");
  return codes;
}

/**
 * The tables between the marks of docs/guides/errors.md.
 * @param {string} source packages/core/src/predict-error.ts
 */
function errorTables(source) {
  const out = [];
  const head = ["", "| code | means | example | what to do |", "|---|---|---|---|"];
  /** @param {string} name @param {string} doc */
  const row = (name, doc) => {
    const { meaning, example, remedy } = errorParts(doc);
    const texts = [meaning, example, remedy].map((t) => cell(linked(t, "", undefined)));
    out.push(`| ${name} | ${texts.join(" | ")} |`);
  };
  out.push("Of the engine, with the code in TypeScript under the one in C:", ...head);
  for (const m of api.enums.find((e) => e.name === "LPErrorCode")?.members ?? []) {
    const short = m.name.replace(/^LP_(ERROR_)?/, "").toLowerCase();
    const inTypeScript = m.value === 0 ? "" : `<br>\`"${short}"\``;
    row(`\`${m.name}\` (${m.value})${inTypeScript}`, m.doc);
  }
  out.push("", "Of the TypeScript packages:", ...head);
  for (const { name, doc } of typescriptCodes(source)) row(`\`"${name}"\``, doc);
  return out.join("\n");
}

const marks = /(<!-- begin codes[^\n]*-->\n)[\s\S]*?(<!-- end codes -->)/;

/** docs/guides/errors.md with its tables made anew. @param {string} guide @param {string} source */
export function withErrorTables(guide, source) {
  if (!marks.test(guide)) throw new Error("docs/guides/errors.md has lost the marks of its tables");
  return guide.replace(marks, (_all, begin, end) => `${begin}\n${errorTables(source)}\n\n${end}`);
}

/** @param {string[]} children */
function indexPage(children) {
  const out = [
    "---",
    "children:",
    ...children.map((c) => `  - ./c-api/${c}`),
    "---",
    "",
    "# C API",
    "",
  ];
  out.push(
    "The functions of [`c_predict_api.h`](../../packages/c-api/include/c_predict_api.h), with the header's own text.",
    "",
  );
  const rules = /General rules\n([\s\S]*?)\n \*\n \* SPDX/.exec(header)?.[1] ?? "";
  if (rules === "") throw new Error("the header has no general rules");
  out.push("## General rules", "");
  out.push(
    linked(rules.replace(/^ \* {3}/gm, "").replace(/\.\n(?=[A-Z])/g, ".\n\n"), "", "c-api/"),
    "",
  );
  for (const part of [1, 2]) {
    out.push(
      part === 1 ? "## Part one: MXNet's predict API" : "## Part two: what libpredict adds",
      "",
    );
    out.push("| function | |", "|---|---|");
    for (const f of api.functions.filter((f) => f.part === part)) {
      const [sentence = ""] = f.doc.split("\n\n");
      out.push(`| [${f.name}](c-api/${f.name}.md) | ${cell(linked(sentence, f.name, "c-api/"))} |`);
    }
    out.push("");
  }
  out.push(
    "See also the [types](c-api/types.md) and the [error codes](../guides/errors.md#codes).",
    "",
  );
  return out.join("\n");
}

/** Writes all pages. @param {string} folder docs/build */
function writeHeaderPages(folder) {
  rmSync(join(folder, "c-api"), { recursive: true, force: true });
  mkdirSync(join(folder, "c-api"), { recursive: true });
  const predictError = readFileSync(join(repository, "packages/core/src/predict-error.ts"), "utf8");
  /** @type {[string, string][]} */
  const pages = [
    ...api.functions.map(
      (f) => /** @type {[string, string]} */ ([`${f.name}.md`, functionPage(f)]),
    ),
    ["types.md", typesPage()],
  ];
  for (const [file, text] of pages) writeFileSync(join(folder, "c-api", file), text);
  writeFileSync(join(folder, "c-api.md"), indexPage(pages.map(([file]) => file)));
  const guide = join(repository, "docs/guides/errors.md");
  writeFileSync(guide, withErrorTables(readFileSync(guide, "utf8"), predictError));
  return pages.length + 1;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  console.log(`docs: ${writeHeaderPages(join(repository, "docs/build"))} pages from the header`);
}
