/**
 * Reads the documentation comments of the header: free text, then tags.
 * The grammar of the tags stands at the head of the header itself.
 */
import type { Direction, FunctionError, Owner, ParameterKind } from "./api-description.js";
import { GenerateError } from "./generate-error.js";
import { parseLength } from "./length-expression.js";

export interface ParameterTag {
  name: string;
  direction: Direction;
  kind: ParameterKind;
  length?: string;
  handle?: string;
  struct?: string;
  owner: Owner;
  nullable: boolean;
  doc: string;
  line: number;
}

export interface DocComment {
  /** Text before the first tag: paragraphs, separated by an empty line. */
  text: string;
  parameters: ParameterTag[];
  errors: (FunctionError & { line: number })[];
  returns?: string;
  thread?: string;
}

interface Tag {
  word: string;
  text: string;
  line: number;
}

const plainKinds = new Set<string>([
  "scalar",
  "string",
  "value",
  "string-view",
  "callback",
  "opaque",
]);
const lengthKinds = new Map<string, ParameterKind>([
  ["string", "strings"],
  ["array", "array"],
  ["elements", "elements"],
  ["bytes", "bytes"],
  ["view", "view"],
]);

/**
 * Reads one comment.
 *
 * @param comment the comment with its marks
 * @param line the line of the header on which it begins, from 1
 * @throws {@link GenerateError} when a tag is unknown or malformed
 */
export function parseDocComment(comment: string, file: string, line: number): DocComment {
  const lines = comment
    .replace(/^\/\*\*/, "")
    .replace(/\*\/$/, "")
    .split("\n")
    .map((l) => l.replace(/^\s*\* ?/, "").trimEnd());
  const text: string[] = [];
  const tags: Tag[] = [];
  lines.forEach((content, i) => {
    const match = /^\s*@(\w+)(.*)$/.exec(content);
    if (match) tags.push({ word: match[1] ?? "", text: match[2] ?? "", line: line + i });
    else if (tags.length === 0) text.push(content.trim());
    else {
      const last = tags[tags.length - 1] as Tag;
      if (content.trim()) last.text += ` ${content.trim()}`;
    }
  });
  const doc: DocComment = { text: joinParagraphs(text), parameters: [], errors: [] };
  for (const tag of tags) readTag(tag, doc, file);
  return doc;
}

function joinParagraphs(lines: string[]): string {
  return lines
    .join("\n")
    .trim()
    .split(/\n\s*\n/)
    .map((p) => p.replace(/\n/g, " "))
    .join("\n\n");
}

function readTag(tag: Tag, doc: DocComment, file: string): void {
  const once = (had: string | undefined): string => {
    if (had !== undefined) throw new GenerateError(file, tag.line, `a second @${tag.word}`);
    if (!tag.text.trim()) throw new GenerateError(file, tag.line, `@${tag.word} says nothing`);
    return tag.text.trim();
  };
  switch (tag.word) {
    case "param":
      doc.parameters.push(readParameter(tag, file));
      return;
    case "error": {
      const match = /^\s+(LP_ERROR_\w+)\s+(\S.*)$/.exec(tag.text);
      if (!match) throw new GenerateError(file, tag.line, "@error needs a code and its trigger");
      doc.errors.push({ code: match[1] ?? "", trigger: match[2] ?? "", line: tag.line });
      return;
    }
    case "return":
      doc.returns = once(doc.returns);
      return;
    case "thread":
      doc.thread = once(doc.thread);
      return;
    default:
      throw new GenerateError(file, tag.line, `unknown tag @${tag.word}`);
  }
}

function readParameter(tag: Tag, file: string): ParameterTag {
  const match = /^\[(in|out|inout)\]\s+(\w+)\s+\{([^}]*)\}\s+(\S.*)$/.exec(tag.text);
  if (!match)
    throw new GenerateError(
      file,
      tag.line,
      "@param is not of the form @param[in|out|inout] name {kind; owner} text",
    );
  const [, direction, name = "", inside = "", doc = ""] = match;
  const fields = inside.split(";").map((f) => f.trim());
  const [kind = "", owner = "", last] = fields;
  const fail = (problem: string): never => {
    throw new GenerateError(file, tag.line, `parameter ${name}: ${problem}`);
  };
  if (fields.length < 2 || fields.length > 3 || (last !== undefined && last !== "null"))
    fail(`{${inside}} is not {kind; owner} or {kind; owner; null}`);
  return {
    name,
    direction: direction as Direction,
    ...readKind(kind, fail),
    owner: readOwner(owner, fail),
    nullable: last === "null",
    doc,
    line: tag.line,
  };
}

function readKind(
  text: string,
  fail: (problem: string) => never,
): Pick<ParameterTag, "kind" | "length" | "handle" | "struct"> {
  if (plainKinds.has(text)) return { kind: text as ParameterKind };
  const special = /^(handle|struct):(\w+)(?:\[([^\]]+)\])?$/.exec(text);
  if (special) {
    const [, what, name = "", length] = special;
    if (what === "struct")
      return length === undefined
        ? { kind: "struct", struct: name }
        : fail("arrays of structures are not known");
    if (length === undefined) return { kind: "handle", handle: name };
    if (!parseLength(length)) fail(`"${length}" is not a length`);
    return { kind: "handles", handle: name, length };
  }
  const sized = /^(\w+)\[(.+)\]$/.exec(text);
  const kind = sized && lengthKinds.get(sized[1] ?? "");
  if (!sized || !kind) return fail(`unknown kind "${text}"`);
  const length = sized[2] ?? "";
  if (!parseLength(length)) fail(`"${length}" is not a length`);
  return { kind, length };
}

function readOwner(text: string, fail: (problem: string) => never): Owner {
  if (text === "none" || text === "caller") return { is: text };
  const made = /^new:(\w+)$/.exec(text);
  if (made) return { is: "new", release: made[1] ?? "" };
  const lent = /^library:(.+)$/.exec(text);
  if (lent) return { is: "library", until: (lent[1] ?? "").trim() };
  return fail(`unknown owner "${text}"`);
}
