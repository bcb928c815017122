/**
 * One Java method for one C function: its signature, and the statements that check, convert, call
 * and return. What a statement calls is in the hand-written `NativeCall`.
 */
import type { ApiFunction, Parameter } from "../api-description.js";
import { type LengthExpression, parseLength } from "../length-expression.js";
import { parameterRole } from "./api-index.js";
import { wrapWords } from "./doc-text.js";
import {
  afterwards,
  briefFunctions,
  elementSources,
  indexedValues,
  viewEnders,
  viewLifetimes,
} from "./java-exposure.js";
import { methodDoc, resultRecordDoc } from "./java-method-doc.js";
import { checkedName, type JavaNames } from "./java-names.js";

/** The method, and the record that it returns where there are several results. */
export class JavaMethod {
  readonly #f: ApiFunction;
  readonly #names: JavaNames;
  readonly #arguments: Parameter[];
  readonly #results: Parameter[];
  readonly #handle: Parameter | undefined;
  /** Set for the function that frees handles of this kind. */
  readonly #releases: string | undefined;

  constructor(f: ApiFunction, names: JavaNames, releases: string | undefined) {
    this.#f = f;
    this.#names = names;
    this.#releases = releases;
    this.#arguments = f.parameters.filter((p) => parameterRole(p) === "argument");
    this.#results = f.parameters.filter((p) => parameterRole(p) === "result");
    for (const p of f.parameters) checkedName(p.name);
    const handles = this.#arguments.filter((p) => p.kind === "handle");
    if (handles.length > 1) throw new Error(`${f.name}: no rule for several handles`);
    this.#handle = handles[0];
    if (this.#handle?.nullable && releases === undefined)
      throw new Error(`${f.name}: no rule for a handle that may be null`);
    if (f.returns.kind !== "status" && this.#results.length > 0)
      throw new Error(`${f.name}: no rule for results beside a returned value`);
  }

  text(): string {
    const list = this.#arguments.map((p) => `${this.#names.argument(p)} ${p.name}`).join(", ");
    const head = `  public ${this.#type()} ${this.#f.name}(${list}) {`;
    const body = this.#releases === undefined ? this.#callBody() : this.#releaseBody();
    return `${methodDoc(this.#f, this.#arguments, this.#results)}
${wrapArguments(head)}
    NativeCall call = begin(CFunction.${this.#f.name});
    try {
${body.map((line) => `${wrapStatement(line)}\n`).join("")}    } catch (Throwable problem) {
      throw call.failed(problem);
    } finally {
      call.end();
    }
  }`;
  }

  /** The record of several results. */
  resultRecord(): string | undefined {
    if (this.#results.length < 2) return undefined;
    const doc = resultRecordDoc(this.#f, this.#results);
    const members = this.#results.map((p) => `${this.#names.result(p)} ${p.name}`).join(", ");
    return `${doc}\n${wrapArguments(`  public record ${this.#f.name}Result(${members}) {`)}}`;
  }

  #type(): string {
    if (this.#f.returns.kind === "code") return "int";
    if (this.#f.returns.kind === "string-view") return "String";
    const [first] = this.#results;
    if (!first) return "void";
    return this.#results.length > 1 ? `${this.#f.name}Result` : this.#names.result(first);
  }

  // --- statements ---

  #callBody(): string[] {
    const f = this.#f;
    const lines: string[] = [];
    const handle = this.#handle;
    if (handle) lines.push(`call.enter("${handle.name}", ${handle.name}, ${this.#sharing()});`);
    if (viewEnders.includes(f.name)) {
      if (!handle) throw new Error(`${f.name}: ends views, but of no handle`);
      lines.push("call.endViews();");
    }
    for (const p of f.parameters) lines.push(...this.#prepare(p));
    lines.push(...this.#invoke());
    if (f.returns.kind === "code") return [...lines, "return status;"];
    if (f.returns.kind === "string-view") return [...lines, "return NativeMemory.string(text);"];
    lines.push("call.check(status);");
    for (const p of this.#copiedOut()) lines.push(`call.copyBack(c_${p.name}, ${p.name});`);
    if (f.parameters.some((p) => p.kind === "callback")) lines.push("call.keepCallback();");
    return [...lines, ...this.#return()];
  }

  #sharing(): string {
    const f = this.#f;
    if (!f.alongside) return f.concurrent ? "Sharing.SHARED" : "Sharing.EXCLUSIVE";
    // What the binding remembers of a handle belongs to the call that has it for itself.
    if (f.parameters.some((p) => p.kind === "elements" || p.kind === "callback"))
      throw new Error(`${f.name}: no rule for elements or callbacks alongside another call`);
    return "Sharing.ALONGSIDE";
  }

  #releaseBody(): string[] {
    const { name, parameters } = this.#f;
    const [handle] = parameters;
    if (!handle || parameters.length > 1 || handle.kind !== "handle" || !handle.nullable)
      throw new Error(`${name}: frees, but not one handle that may be null`);
    return [
      "call.release(",
      `    "${handle.name}",`,
      `    ${handle.name},`,
      `    address -> (int) Downcalls.${name}.HANDLE.invokeExact(call.target, address));`,
    ];
  }

  /** Checks an argument and makes what C is to see of it, or room for what C writes. */
  #prepare(p: Parameter): string[] {
    const role = parameterRole(p);
    const c = `c_${p.name}`;
    const quoted = `"${p.name}", ${p.name}`;
    if (role === "supplied") {
      if (p.kind === "opaque") return [];
      return [`MemorySegment ${c} = call.errorStruct();`];
    }
    if (role === "result") return [`MemorySegment ${c} = ${this.#room(p)};`];
    switch (p.kind) {
      case "handle":
        return [];
      case "scalar": {
        const scalar = this.#names.scalar(p.type);
        if (scalar === "uint32_t") return [`int ${c} = call.uint32(${quoted});`];
        if (scalar === "size_t") return [`long ${c} = call.size(${quoted});`];
        this.#names.javaScalar(p.type);
        return [];
      }
      case "string":
        return [
          `MemorySegment ${c} = call.${p.nullable ? "optionalString" : "string"}(${quoted});`,
        ];
      case "strings":
        return [
          `MemorySegment ${c} = call.strings(${quoted}, ${this.#length(p)}, ${this.#empty(p)});`,
        ];
      case "array": {
        const { check } = this.#names.arrayArgument(p.type);
        return [
          `MemorySegment ${c} = call.${check}(${quoted}, ${this.#length(p)}, ${this.#empty(p)});`,
        ];
      }
      case "elements": {
        this.#refuseNull(p);
        const source = elementSources[this.#f.name];
        if (!source) throw new Error(`${this.#f.name}: java-exposure.ts has no element source`);
        const by = this.#arguments.find((q) => q.name === source.by);
        if (!by || !this.#handle)
          throw new Error(`${this.#f.name}: has no argument ${source.by}, or no handle`);
        const type =
          source.tensor === "input"
            ? `call.inputType(${by.name})`
            : `call.outputType(c_${by.name})`;
        return [
          `MemorySegment ${c} = call.elements(${quoted}, ${type}, ${this.#length(p)}, ${p.direction !== "in"});`,
        ];
      }
      case "bytes": {
        const flags = `${this.#length(p)}, ${p.nullable}, ${p.direction !== "in"}`;
        const checked = `call.bytes(${quoted}, ${flags})`;
        return [`MemorySegment ${c} = ${this.#brief() ? checked : `call.offHeap(${checked})`};`];
      }
      case "struct":
        if (!p.nullable) throw new Error(`${p.name}: no rule for a structure that must be given`);
        return [
          `MemorySegment ${c} = ${p.name} == null ? MemorySegment.NULL : ${p.name}.write(call);`,
        ];
      case "callback":
        if (!p.nullable) throw new Error(`${p.name}: no rule for a callback that must be given`);
        return [
          `MemorySegment ${c} =`,
          `    call.callback(${p.name} == null ? null : new ${p.type.base}Stub(this, ${p.name}));`,
        ];
      default:
        throw new Error(`${p.name}: Java cannot pass a ${p.kind}`);
    }
  }

  #refuseNull(p: Parameter): void {
    if (p.nullable) throw new Error(`${p.name}: no rule for a ${p.kind} that may be null`);
  }

  /** Room for what C writes. */
  #room(p: Parameter): string {
    switch (p.kind) {
      case "value": {
        const { layout } = this.#names.javaScalar(p.type);
        const indexed = indexedValues[this.#f.name];
        return indexed?.value === p.name
          ? `call.indexedCells(${layout}, "${indexed.index}", ${indexed.index})`
          : `call.cells(${layout}, 1)`;
      }
      case "view":
      case "string-view":
      case "handle":
        return "call.cells(ADDRESS, 1)";
      case "handles":
        return `call.cells(ADDRESS, call.length("${p.name}", ${this.#length(p)}))`;
      case "struct":
        return `${p.struct}.allocate(call)`;
      default:
        throw new Error(`${p.name}: Java cannot make room for a ${p.kind}`);
    }
  }

  /** The call itself; tensors go by the way that suits their memory. */
  #invoke(): string[] {
    const f = this.#f;
    const isText = f.returns.kind === "string-view";
    const result = isText ? "MemorySegment text" : "int status";
    const cast = isText ? "(MemorySegment)" : "(int)";
    const invoke = (handle: string, replaced?: string): string => {
      const list = f.parameters.map((p) => (p.name === replaced ? `copy` : this.#passed(p)));
      return `${cast} Downcalls.${f.name}.${handle}.invokeExact(${["call.target", ...list].join(", ")})`;
    };
    if (!this.#brief()) return [`${result} = ${invoke("HANDLE")};`];
    const data = this.#arguments.filter((p) => p.kind === "elements" || p.kind === "bytes");
    if (isText || data.length !== 1 || !data[0])
      throw new Error(`${f.name}: is said to copy a tensor, but does not take one`);
    const { name, direction } = data[0];
    return [
      "int status;",
      `if (call.isBrief(c_${name})) {`,
      `  status = ${invoke("IN_PLACE")};`,
      "} else {",
      `  MemorySegment copy = call.offHeap(c_${name});`,
      `  status = ${invoke("HANDLE", name)};`,
      ...(direction === "in" ? [] : [`  call.copyBack(status, copy, c_${name});`]),
      "}",
    ];
  }

  #passed(p: Parameter): string {
    if (p.kind === "opaque") return "MemorySegment.NULL";
    if (p.kind === "handle" && parameterRole(p) === "argument") return `${p.name}.address()`;
    const scalar = p.kind === "scalar" ? this.#names.scalar(p.type) : undefined;
    if (scalar !== undefined && scalar !== "uint32_t" && scalar !== "size_t") return p.name;
    return `c_${p.name}`;
  }

  #copiedOut(): Parameter[] {
    if (this.#brief()) return [];
    for (const p of this.#arguments)
      if (p.direction !== "in" && p.kind !== "bytes")
        throw new Error(`${p.name}: no rule for a ${p.kind} that the call fills`);
    return this.#arguments.filter((p) => p.kind === "bytes" && p.direction !== "in");
  }

  #brief(): boolean {
    return briefFunctions.includes(this.#f.name);
  }

  // --- lengths ---

  #length(p: Parameter): string {
    const length = parseLength(p.length ?? "");
    if (!length) throw new Error(`${p.name}: has no length`);
    switch (length.is) {
      case "parameter":
        return `${length.name}${length.plus > 0 ? ` + ${length.plus}L` : ""}`;
      case "element": {
        const array = this.#arguments.find((q) => q.name === length.array);
        if (!array || this.#names.arrayArgument(array.type).check !== "uint32s")
          throw new Error(`${p.name}: no rule for a length in ${length.array}`);
        // Of what C will see: the caller's array may change meanwhile.
        return `call.element(c_${length.array}, ${length.index})`;
      }
      default:
        return this.#resultLength(length);
    }
  }

  #resultLength(length: LengthExpression): string {
    if (length.is === "pointee") return `r_${length.name}`;
    if (length.is === "product") return `NativeMemory.product(r_${length.name})`;
    throw new Error(`${this.#f.name}: a length that is not known after the call`);
  }

  /** Whether null may stand for an array: it may where there is nothing to point to. */
  #empty(p: Parameter): string {
    if (!p.nullable) return "false";
    const length = parseLength(p.length ?? "");
    return length?.is === "parameter" ? `${length.name} == 0` : `${this.#length(p)} == 0`;
  }

  // --- results ---

  #return(): string[] {
    const lines: string[] = [];
    const declared = new Set<string>();
    const waiting = [...this.#results];
    // A length must be known before the memory it belongs to is read.
    while (waiting.length > 0) {
      const index = waiting.findIndex((p) => {
        const length =
          p.length === undefined || p.kind === "handles" ? undefined : parseLength(p.length);
        return length === undefined || (length.is !== "element" && declared.has(length.name));
      });
      const [p] = waiting.splice(index, 1);
      if (index < 0 || !p) throw new Error(`${this.#f.name}: lengths of results go in circles`);
      lines.push(`${this.#names.result(p)} r_${p.name} = ${this.#read(p)};`);
      declared.add(p.name);
    }
    const [first] = this.#results;
    const hook = afterwards[this.#f.name];
    if (hook) {
      if (this.#results.length !== 1 || first?.kind !== "handle")
        throw new Error(`${this.#f.name}: what is to be remembered is of no handle`);
      lines.push(hook.replaceAll("made", `r_${first.name}`));
    }
    if (this.#results.length === 1 && first) lines.push(`return r_${first.name};`);
    else if (first)
      lines.push(
        `return new ${this.#f.name}Result(${this.#results.map((p) => `r_${p.name}`).join(", ")});`,
      );
    return lines;
  }

  #read(p: Parameter): string {
    const c = `c_${p.name}`;
    switch (p.kind) {
      case "value": {
        const { layout, carrier, seen } = this.#names.javaScalar(p.type);
        const value =
          indexedValues[this.#f.name]?.value === p.name
            ? `NativeMemory.lastCell(${c})`
            : `${c}.get(${layout}, 0)`;
        return carrier === "int" && seen === "long" ? `Integer.toUnsignedLong(${value})` : value;
      }
      case "view": {
        const length = this.#length(p);
        if (p.type.base !== "void")
          return `NativeMemory.${this.#names.arrayResult(p.type).copy}(${c}, ${length})`;
        const until = p.owner.is === "library" ? p.owner.until : "";
        const lifetime = viewLifetimes[until];
        if (!lifetime || !this.#handle)
          throw new Error(`${this.#f.name}: no rule for a view that lives until "${until}"`);
        return `call.lend(${c}, ${length}, ${lifetime === "callback"})`;
      }
      case "string-view":
        return `NativeMemory.string(${c}.get(ADDRESS, 0))`;
      case "handle":
        return `new ${this.#names.result(p)}(this, NativeMemory.made(${c}, 0))`;
      case "handles": {
        const type = this.#names.handle(p.handle ?? "");
        return `NativeMemory.each(${c}, ${this.#length(p)}, ${type}[]::new, address -> new ${type}(this, address))`;
      }
      case "struct":
        return `${p.struct}.read(${c})`;
      default:
        throw new Error(`${p.name}: Java cannot return a ${p.kind}`);
    }
  }
}

/** Breaks a declaration that is too long for one line after its opening parenthesis and commas. */
function wrapArguments(head: string): string {
  if (head.length <= 100) return head;
  const open = head.indexOf("(") + 1;
  const close = head.lastIndexOf(")");
  const list = head.slice(open, close).split(", ");
  return `${head.slice(0, open)}\n${list.map((a) => `      ${a}`).join(",\n")}${head.slice(close)}`;
}

/** Breaks a statement that is too long for one line, at spaces. */
function wrapStatement(line: string): string {
  const indent = " ".repeat(6 + line.search(/\S/));
  return wrapWords(line.trim(), 100 - indent.length, "    ")
    .map((part) => indent + part)
    .join("\n");
}
