/**
 * Reads the C header into an API description, through tree-sitter's C grammar.
 * Invariant: what is not understood stops the generator; nothing is skipped in silence
 * but preprocessor lines and comments that document nothing.
 */
import { createRequire } from "node:module";
import { Language, type Node, Parser } from "web-tree-sitter";
import {
  type Api,
  type ApiCallback,
  type ApiEnum,
  type ApiFunction,
  type ApiStruct,
  type CType,
  type Parameter,
  type ReturnKind,
  type ScalarType,
  type StructMember,
  scalarSizeBytes,
  scalarTypes,
} from "./api-description.js";
import { type DocComment, type ParameterTag, parseDocComment } from "./doc-comment.js";
import { GenerateError } from "./generate-error.js";
import { lengthNames, parseLength } from "./length-expression.js";

const grammar = createRequire(import.meta.url).resolve("tree-sitter-c/tree-sitter-c.wasm");
let language: Promise<Language> | undefined;

/** Opens part two of the header; functions below it may be missing from a library. */
const partTwoMark = /^\/\* Part two:/;

export interface HeaderSource {
  /** Text of the header. */
  text: string;
  /** How messages and the description call the header. */
  file: string;
}

/**
 * Parses and checks a header.
 *
 * @throws {@link GenerateError} naming file and line, on the first thing that is wrong
 */
export async function parseHeader(source: HeaderSource): Promise<Api> {
  language ??= Parser.init().then(() => Language.load(grammar));
  const loaded = await language;
  const parser = new Parser();
  parser.setLanguage(loaded);
  const tree = parser.parse(blankMacros(source.text));
  if (!tree) throw new GenerateError(source.file, 1, "the grammar gave no tree");
  try {
    const reader = new HeaderReader(source.file);
    reader.refuseErrors(tree.rootNode);
    reader.readAll(tree.rootNode);
    return reader.finish();
  } finally {
    tree.delete();
    parser.delete();
  }
}

/** Blanks what is not C for a parser without preprocessor; every offset stays. */
function blankMacros(text: string): string {
  const blank = (s: string): string => s.replace(/[^\n]/g, " ");
  return text
    .replace(/#ifdef __cplusplus\n[\s\S]*?\n#endif/g, blank)
    .replace(/^MXNET_DLL(?= )/gm, blank);
}

const identifier = /^[A-Za-z_]\w*$/;

class HeaderReader {
  readonly #api: Api;
  readonly #names = new Map<string, number>();
  readonly #handleKinds = new Map<string, string>();
  #pendingHandles: { name: string; doc: string; line: number }[] = [];
  #part: 1 | 2 = 1;

  constructor(readonly file: string) {
    this.#api = {
      generated: "",
      source: file,
      aliases: [],
      handles: [],
      enums: [],
      structs: [],
      callbacks: [],
      functions: [],
    };
  }

  refuseErrors(root: Node): void {
    if (!root.hasError) return;
    const visit = (node: Node): void => {
      if (node.isMissing) throw this.#error(node, `the parser misses "${node.type}"`);
      if (node.isError) throw this.#error(node, `not valid C: "${node.text.slice(0, 60)}"`);
      for (const child of node.children) if (child?.hasError || child?.isMissing) visit(child);
    };
    visit(root);
    throw this.#error(root, "not valid C");
  }

  readAll(parent: Node): void {
    let comment: Node | undefined;
    for (const node of parent.namedChildren) {
      if (!node) continue;
      if (node.type === "comment") {
        if (partTwoMark.test(node.text)) this.#part = 2;
        comment = node.text.startsWith("/**") ? node : undefined;
        continue;
      }
      const doc = comment;
      comment = undefined;
      switch (node.type) {
        case "preproc_ifdef":
          // Only the include guard holds declarations; other conditions hold macros.
          if (parent.parent === null) this.readAll(node);
          else this.#refuseDeclarations(node);
          break;
        case "preproc_include":
        case "preproc_def":
        case "identifier":
          break;
        case "preproc_if":
          this.#refuseDeclarations(node);
          break;
        case "type_definition":
          this.#readTypedef(node, this.#requireDoc(node, doc));
          break;
        case "declaration":
          this.#readFunction(node, this.#requireDoc(node, doc));
          break;
        default:
          throw this.#error(node, `cannot read a ${node.type} here`);
      }
    }
  }

  finish(): Api {
    this.#resolveHandles();
    for (const f of this.#api.functions) this.#checkFunction(f);
    return this.#api;
  }

  #error(node: Node | number, problem: string): GenerateError {
    const line = typeof node === "number" ? node : node.startPosition.row + 1;
    return new GenerateError(this.file, line, problem);
  }

  #refuseDeclarations(node: Node): void {
    for (const inner of node.descendantsOfType(["declaration", "type_definition"]))
      if (inner) throw this.#error(inner, "a declaration under a preprocessor condition");
  }

  #requireDoc(node: Node, doc: Node | undefined): DocComment {
    if (!doc) throw this.#error(node, "a declaration without a /** comment */ above it");
    const parsed = parseDocComment(doc.text, this.file, doc.startPosition.row + 1);
    if (!parsed.text) throw this.#error(doc, "the comment says nothing before its tags");
    return parsed;
  }

  #define(node: Node, name: string): void {
    const line = this.#names.get(name);
    if (line !== undefined) throw this.#error(node, `${name} is already defined on line ${line}`);
    this.#names.set(name, node.startPosition.row + 1);
  }

  #field(node: Node, name: string): Node {
    const child = node.childForFieldName(name);
    if (!child) throw this.#error(node, `a ${node.type} without ${name}`);
    return child;
  }

  // --- types ---

  #baseType(node: Node, typeNode: Node): string {
    const base = typeNode.text.replace(/\s+/g, " ");
    const known =
      base === "void" || (scalarTypes as readonly string[]).includes(base) || this.#names.has(base);
    if (!known) throw this.#error(node, `unknown type "${base}"`);
    return base;
  }

  /** Reads `const T **name` (name may be absent) into a type and a name. */
  #readDeclarator(node: Node): { type: CType; name: string } {
    const typeNode = this.#field(node, "type");
    const type: CType = { base: this.#baseType(node, typeNode), pointers: 0, const: false };
    for (const child of node.namedChildren) {
      if (child?.type !== "type_qualifier") continue;
      if (child.text !== "const")
        throw this.#error(child, `qualifier "${child.text}" is not known`);
      type.const = true;
    }
    let declarator = node.childForFieldName("declarator");
    while (
      declarator?.type === "pointer_declarator" ||
      declarator?.type === "abstract_pointer_declarator"
    ) {
      type.pointers++;
      for (const child of declarator.namedChildren)
        if (child?.type === "type_qualifier")
          throw this.#error(child, "a qualified pointer is not known");
      declarator = declarator.childForFieldName("declarator");
    }
    const name = declarator?.text ?? "";
    if (name && !identifier.test(name)) throw this.#error(node, `cannot read "${name}"`);
    return { type, name };
  }

  // --- typedefs ---

  #readTypedef(node: Node, doc: DocComment): void {
    if (doc.parameters.length || doc.errors.length || doc.thread || doc.returns)
      throw this.#error(node, "the comment of a type has tags");
    const typeNode = this.#field(node, "type");
    const declarator = this.#field(node, "declarator");
    if (typeNode.type === "enum_specifier") this.#readEnum(node, typeNode, declarator, doc);
    else if (typeNode.type === "struct_specifier")
      this.#readStruct(node, typeNode, declarator, doc);
    else if (declarator.descendantsOfType("parameter_list").length)
      this.#readCallback(node, declarator, doc);
    else this.#readAlias(node, typeNode, declarator, doc);
  }

  /** Reads `typedef void *Handle;` and `typedef scalar name;`. */
  #readAlias(node: Node, typeNode: Node, declarator: Node, doc: DocComment): void {
    const inner =
      declarator.type === "pointer_declarator" ? this.#field(declarator, "declarator") : declarator;
    if (inner.type !== "type_identifier")
      throw this.#error(node, `cannot read the type "${node.text}"`);
    if (typeNode.text === "void" && inner !== declarator) {
      this.#define(node, inner.text);
      this.#pendingHandles.push({
        name: inner.text,
        doc: doc.text,
        line: node.startPosition.row + 1,
      });
      return;
    }
    const base = this.#baseType(node, typeNode);
    if (inner !== declarator || !(scalarTypes as readonly string[]).includes(base))
      throw this.#error(node, `cannot read the type "${node.text}"`);
    this.#define(node, inner.text);
    this.#api.aliases.push({ name: inner.text, type: base as ScalarType, doc: doc.text });
  }

  #readEnum(node: Node, specifier: Node, declarator: Node, doc: DocComment): void {
    const name = this.#tagName(node, specifier, declarator);
    const result: ApiEnum = { name, doc: doc.text, members: [] };
    this.#eachMember(this.#field(specifier, "body"), "enumerator", (member, text) => {
      const value = Number(member.childForFieldName("value")?.text ?? Number.NaN);
      const memberName = this.#field(member, "name").text;
      if (!Number.isInteger(value))
        throw this.#error(member, `${memberName} needs a whole number as its value`);
      this.#define(member, memberName);
      result.members.push({ name: memberName, value, doc: text });
    });
    this.#api.enums.push(result);
  }

  #readStruct(node: Node, specifier: Node, declarator: Node, doc: DocComment): void {
    const name = this.#tagName(node, specifier, declarator);
    const members: StructMember[] = [];
    let offset = 0;
    let alignment = 1;
    this.#eachMember(this.#field(specifier, "body"), "field_declaration", (member, text) => {
      const typeNode = this.#field(member, "type");
      const type = this.#baseType(member, typeNode) as ScalarType;
      const size = scalarSizeBytes[type];
      if (size === undefined) throw this.#error(member, `a member of type "${type}" is not known`);
      const inner = this.#field(member, "declarator");
      const isArray = inner.type === "array_declarator";
      const count = isArray ? Number(this.#field(inner, "size").text) : undefined;
      if (count !== undefined && !(Number.isInteger(count) && count > 0))
        throw this.#error(member, "an array member needs a whole number as its length");
      const id = isArray ? this.#field(inner, "declarator") : inner;
      if (id.type !== "field_identifier") throw this.#error(member, `cannot read "${member.text}"`);
      offset = Math.ceil(offset / size) * size;
      alignment = Math.max(alignment, size);
      members.push({
        name: id.text,
        type,
        ...(count === undefined ? {} : { count }),
        offset,
        doc: text,
      });
      offset += size * (count ?? 1);
    });
    const sizeBytes = Math.ceil(offset / alignment) * alignment;
    this.#api.structs.push({ name, doc: doc.text, sizeBytes, members } satisfies ApiStruct);
  }

  #tagName(node: Node, specifier: Node, declarator: Node): string {
    const name = declarator.text;
    const tag = specifier.childForFieldName("name")?.text;
    if (tag !== name) throw this.#error(node, `tag "${tag}" and type name "${name}" differ`);
    this.#define(node, name);
    return name;
  }

  #eachMember(body: Node, type: string, read: (member: Node, doc: string) => void): void {
    let comment: Node | undefined;
    for (const child of body.namedChildren) {
      if (!child) continue;
      if (child.type === "comment") comment = child;
      else if (child.type === type) {
        const doc = this.#requireDoc(child, comment);
        if (doc.parameters.length || doc.errors.length)
          throw this.#error(child, "a member with tags");
        read(child, doc.text);
        comment = undefined;
      } else throw this.#error(child, `cannot read a ${child.type} here`);
    }
  }

  #readCallback(node: Node, declarator: Node, doc: DocComment): void {
    const returns: CType = {
      base: this.#baseType(node, this.#field(node, "type")),
      pointers: 0,
      const: false,
    };
    let inner: Node = declarator;
    while (inner.type === "pointer_declarator") {
      returns.pointers++;
      inner = this.#field(inner, "declarator");
    }
    if (inner.type !== "function_declarator")
      throw this.#error(node, `cannot read the type "${node.text}"`);
    const name = this.#field(inner, "declarator").descendantsOfType("type_identifier")[0]?.text;
    if (!name) throw this.#error(node, "a function type without a name");
    this.#define(node, name);
    const callback: ApiCallback = { name, doc: doc.text, returns, parameters: [] };
    for (const parameter of this.#field(inner, "parameters").namedChildren) {
      if (!parameter) continue;
      const read = this.#readDeclarator(parameter);
      if (!read.name) throw this.#error(parameter, "a parameter without a name");
      callback.parameters.push(read);
    }
    this.#api.callbacks.push(callback);
  }

  // --- functions ---

  #readFunction(node: Node, doc: DocComment): void {
    const returns: CType = {
      base: this.#baseType(node, this.#field(node, "type")),
      pointers: 0,
      const: node.namedChildren.some((c) => c?.type === "type_qualifier" && c.text === "const"),
    };
    let inner = this.#field(node, "declarator");
    while (inner.type === "pointer_declarator") {
      returns.pointers++;
      inner = this.#field(inner, "declarator");
    }
    if (inner.type !== "function_declarator")
      throw this.#error(node, `not a function: "${node.text}"`);
    const name = this.#field(inner, "declarator").text;
    this.#define(node, name);
    const parameters = this.#readParameters(this.#field(inner, "parameters"), doc);
    if (!doc.returns) throw this.#error(node, `${name} has no @return`);
    if (!doc.thread) throw this.#error(node, `${name} has no @thread`);
    const codes = new Set(this.#api.enums.flatMap((e) => e.members.map((m) => m.name)));
    for (const error of doc.errors)
      if (!codes.has(error.code))
        throw this.#error(error.line, `${error.code} is not in LPErrorCode`);
    this.#api.functions.push({
      name,
      line: node.startPosition.row + 1,
      part: this.#part,
      doc: doc.text,
      parameters,
      returns: {
        type: returns,
        kind: this.#returnKind(node, returns, doc.returns),
        doc: doc.returns,
      },
      errors: doc.errors.map(({ code, trigger }) => ({ code, trigger })),
      thread: doc.thread,
      concurrent: /^any\b/.test(doc.thread),
      alongside: /^any, also while\b/.test(doc.thread),
    });
  }

  #returnKind(node: Node, type: CType, text: string): ReturnKind {
    if (type.base === "char" && type.const && type.pointers === 1 && /^string-view\b/.test(text))
      return "string-view";
    if (type.base === "int" && type.pointers === 0) {
      if (text === "0 or -1") return "status";
      if (/^One of LPErrorCode/.test(text)) return "code";
    }
    throw this.#error(
      node,
      `@return "${text}" is none of: 0 or -1, One of LPErrorCode, string-view`,
    );
  }

  #readParameters(list: Node, doc: DocComment): Parameter[] {
    const tags = new Map<string, ParameterTag>();
    for (const tag of doc.parameters) {
      if (tags.has(tag.name)) throw this.#error(tag.line, `a second @param ${tag.name}`);
      tags.set(tag.name, tag);
    }
    const result: Parameter[] = [];
    for (const node of list.namedChildren) {
      if (!node || node.type === "comment" || node.text === "void") continue;
      if (node.type !== "parameter_declaration")
        throw this.#error(node, `cannot read "${node.text}"`);
      const { type, name } = this.#readDeclarator(node);
      if (!name) throw this.#error(node, "a parameter without a name");
      const tag = tags.get(name);
      if (!tag) throw this.#error(node, `parameter ${name} has no @param`);
      tags.delete(name);
      const { line: _line, ...rest } = tag;
      const parameter: Parameter = { ...rest, type };
      this.#checkParameter(node, parameter);
      result.push(parameter);
    }
    for (const tag of tags.values())
      throw this.#error(tag.line, `@param ${tag.name} names no parameter of the function`);
    const order = doc.parameters.map((t) => t.name).join(", ");
    const names = result.map((p) => p.name).join(", ");
    if (order !== names)
      throw this.#error(list, `the @param lines stand in another order: ${order}`);
    return result;
  }

  /** Holds a tag against the C type: the two must agree. */
  #checkParameter(node: Node, p: Parameter): void {
    const t = p.type;
    const scalar = this.#isScalar(t.base);
    const out = p.direction !== "in";
    const rules: Record<Parameter["kind"], boolean> = {
      scalar: scalar && t.pointers === 0 && !out && p.owner.is === "none",
      string: t.base === "char" && t.pointers === 1 && t.const && !out,
      strings: t.base === "char" && t.pointers === 2 && t.const && !out,
      array: scalar && t.pointers === 1 && t.const === !out,
      elements: scalar && t.pointers === 1 && t.const === !out,
      bytes: (t.base === "void" || t.base === "char") && t.pointers === 1 && t.const === !out,
      value: scalar && t.pointers === 1 && !t.const && p.direction === "out",
      view: (scalar || t.base === "void") && t.pointers === 2 && p.direction === "out",
      "string-view": t.base === "char" && t.pointers === 2 && t.const && p.direction === "out",
      handle: this.#isHandle(t.base) && t.pointers === (out ? 1 : 0),
      handles: this.#isHandle(t.base) && t.pointers === 1 && p.direction === "out",
      struct:
        p.struct === t.base &&
        this.#api.structs.some((s) => s.name === t.base) &&
        t.pointers === 1 &&
        t.const === !out,
      callback: this.#api.callbacks.some((c) => c.name === t.base) && t.pointers === 0 && !out,
      opaque: t.base === "void" && t.pointers === 1 && !out,
    };
    if (!rules[p.kind])
      throw this.#error(
        node,
        `parameter ${p.name}: {${p.kind}} [${p.direction}] does not fit "${node.text}"`,
      );
    const needsLibrary = p.kind === "view" || p.kind === "string-view";
    const needsNew = (p.kind === "handle" || p.kind === "handles") && out;
    if ((p.owner.is === "library") !== needsLibrary || (p.owner.is === "new") !== needsNew)
      throw this.#error(
        node,
        `parameter ${p.name}: owner "${p.owner.is}" does not fit {${p.kind}}`,
      );
    if (p.handle !== undefined) {
      const had = this.#handleKinds.get(t.base);
      if (had !== undefined && had !== p.handle)
        throw this.#error(node, `${t.base} is a handle of kind "${had}", not "${p.handle}"`);
      this.#handleKinds.set(t.base, p.handle);
    }
  }

  #isScalar(base: string): boolean {
    return (
      (scalarTypes as readonly string[]).includes(base) ||
      this.#api.aliases.some((a) => a.name === base)
    );
  }

  #isHandle(base: string): boolean {
    return this.#pendingHandles.some((h) => h.name === base);
  }

  #resolveHandles(): void {
    for (const { name, doc, line } of this.#pendingHandles) {
      const kind = this.#handleKinds.get(name);
      if (kind === undefined)
        throw this.#error(line, `no parameter tells the kind of handle ${name}`);
      const releases = new Set(
        this.#api.functions.flatMap((f) =>
          f.parameters.flatMap((p) =>
            p.handle === kind && p.owner.is === "new" ? [p.owner.release] : [],
          ),
        ),
      );
      if (releases.size > 1)
        throw this.#error(line, `${name} is released by ${[...releases].join(", ")}`);
      const [release] = releases;
      this.#api.handles.push({ name, kind: kind as string, ...(release ? { release } : {}), doc });
    }
  }

  #checkFunction(f: ApiFunction): void {
    const byName = new Map(f.parameters.map((p) => [p.name, p]));
    for (const p of f.parameters) {
      if (p.length !== undefined) {
        const length = parseLength(p.length);
        for (const name of length ? lengthNames(length) : [])
          if (!byName.has(name))
            throw this.#error(
              f.line,
              `${f.name}: length of ${p.name} names "${name}", which is no parameter`,
            );
      }
      if (p.owner.is === "new") {
        const release = p.owner.release;
        const target = this.#api.functions.find((g) => g.name === release);
        if (target?.parameters.length !== 1 || target.parameters[0]?.handle !== p.handle)
          throw this.#error(
            f.line,
            `${f.name}: ${release} is not a function that releases ${p.name}`,
          );
      }
    }
  }
}
