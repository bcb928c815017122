/** Writes the methods of the Go binding: what each passes to C, what it reads, and its documentation. */
import type { Api, ApiFunction, Parameter } from "../api-description.js";
import { parseLength } from "../length-expression.js";
import { errorCodeName, parameterRole, prototypeOf, releasedKinds } from "./api-index.js";
import { extentOf } from "./doc-text.js";
import { type DocBlock, goDoc, named } from "./go-doc.js";
import {
  elementTypes,
  indexedValues,
  inheritedTypes,
  lending,
  notExposed,
  rememberedTypes,
  stoppable,
} from "./go-exposure.js";
import { GoNames } from "./go-names.js";
import { lentHandle } from "./go-types.js";

/** Integers of C that a cell of a call holds, and the method that reads them. */
const cellReaders: Readonly<Record<string, string>> = {
  int32: "Int32",
  uint32: "Uint32",
  uint64: "Uint64",
};

/** Most arguments that \`Run16\` takes; a longer list stops generation. */
const runWidths = [4, 16] as const;

/** All methods of a description. */
export class GoMethods {
  readonly #names: GoNames;
  readonly #releases: ReadonlyMap<string, string>;

  constructor(readonly api: Api) {
    this.#names = new GoNames(api);
    this.#releases = releasedKinds(api);
  }

  text(): string {
    const methods = this.api.functions.map((f) => {
      const reason = notExposed[f.name];
      if (reason !== undefined) return `// ${prototypeOf(f)}\n// not exposed: ${reason}\n`;
      const view = lending[f.name];
      const stop = stoppable[f.name];
      const forms = [this.#method(f)];
      if (view !== undefined) forms.push(this.#lendingMethod(f, view));
      if (stop !== undefined) forms.push(this.#stoppableMethod(f, stop));
      return forms.join("\n");
    });
    return `
import (
	"context"
	"unsafe"

	"libpredict/gen/constants"
	"libpredict/internal/native"
)

${methods.join("\n")}`;
  }

  // --- methods ---

  #method(f: ApiFunction): string {
    const results = resultsOf(f);
    const list = this.#argumentList(f);
    const head = (type: string): string =>
      `${this.#doc(f)}\nfunc (b *Binding) ${f.name}(${list}) ${type} {`;
    const kind = this.#releases.get(f.name);
    const begin = `\tc := b.library.Begin(constants.Fn${f.name})`;
    if (kind !== undefined) {
      const [p, ...others] = f.parameters;
      if (!p || others.length > 0 || p.kind !== "handle" || !p.nullable)
        throw new Error(`${f.name}: Go's release takes one handle, which may be NULL`);
      return `${head("error")}\n${begin}\n\treturn c.Release("${p.name}", ${p.name}.raw(), "${kind}", ${p.name} == nil)\n}\n`;
    }
    if (f.returns.kind !== "status") return this.#telling(f, head, begin);
    const { before, passed, after } = this.#pieces(f);
    const run = `c.${runOf(f, passed)}`;
    const returned = results.map(
      (p) => `${this.#names.parameter(p.name)} ${this.#names.result(p)}`,
    );
    const type = returned.length > 0 ? `(${returned.join(", ")}, err error)` : "error";
    const finish =
      returned.length > 0
        ? `\terr = c.End()\n\treturn ${results.map((p) => p.name).join(", ")}, err`
        : "\treturn c.End()";
    const call =
      after.length > 0
        ? `\tif ${run} {\n${after.map((line) => `\t\t${line}`).join("\n")}\n\t}`
        : `\t${run}`;
    return [head(type), begin, ...before.map((line) => `\t${line}`), call, finish, "}\n"].join(
      "\n",
    );
  }

  /** A function that returns text or a code instead of a status. */
  #telling(f: ApiFunction, head: (type: string) => string, begin: string): string {
    if (resultsOf(f).length > 0 || f.parameters.length > 1)
      throw new Error(`${f.name}: Go has no form for results beside a ${f.returns.kind}`);
    const { before, passed } = this.#pieces(f);
    const [type, run] =
      f.returns.kind === "code" ? ["int32", "RunCode"] : (["string", "RunText"] as const);
    return [
      head(`(result ${type}, err error)`),
      begin,
      ...before.map((line) => `\t${line}`),
      `\tresult = c.${run}(${passed[0] ?? "0"})`,
      "\terr = c.End()",
      "\treturn result, err",
      "}\n",
    ].join("\n");
  }

  /** The form that lends a view to a function. */
  #lendingMethod(f: ApiFunction, view: string): string {
    const p = f.parameters.find((q) => q.name === view) as Parameter;
    const length = parseLength(p.length ?? "");
    const cell = this.#cellsOf(f).get(p.name);
    if (this.#names.scalarType(p.type) !== "byte" || length?.is !== "pointee" || cell === undefined)
      throw new Error(`${f.name}: Go lends bytes only`);
    const { before, passed } = this.#pieces(f);
    const list = [...this.#argumentParts(f), `use func(${p.name} []byte) error`].join(", ");
    const doc = goDoc([
      `${f.name}Lent is ${f.name} without a copy: it calls use with the library's own memory, while the handle is busy. The memory must not be kept, nor written to: it changes with the next forward, and is gone with the handle. What use returns is returned.`,
    ]);
    return `${doc}
func (b *Binding) ${f.name}Lent(${list}) error {
	c := b.library.Begin(constants.Fn${f.name})
${before.map((line) => `\t${line}\n`).join("")}	if c.${runOf(f, passed)} {
		c.Lend(${cell}, ${this.#pointee(f, length.name)}, use)
	}
	return c.End()
}
`;
  }

  /** The form that ends when a context does. */
  #stoppableMethod(f: ApiFunction, stop: string): string {
    const { before, passed, after } = this.#pieces(f);
    if (passed.length !== 1 || after.length > 0)
      throw new Error(`${f.name}: Go stops what takes a handle and nothing else`);
    const list = ["ctx context.Context", ...this.#argumentParts(f)].join(", ");
    const doc = goDoc([
      `${f.name}Context is ${f.name} until ctx is over: from then on it calls ${stop} until ${f.name} has ended. It gives the errors of ${f.name}, cancelled (LP_ERROR_CANCELLED) where it was stopped, and unavailable where the library does not have ${stop}.`,
    ]);
    return `${doc}
func (b *Binding) ${f.name}Context(${list}) error {
	c := b.library.Begin(constants.Fn${f.name})
${before.map((line) => `\t${line}\n`).join("")}	c.RunUntil(ctx, constants.Fn${stop}, ${passed[0]})
	return c.End()
}
`;
  }

  #argumentParts(f: ApiFunction): string[] {
    return f.parameters
      .filter((p) => parameterRole(p) === "argument")
      .map((p) => `${this.#names.parameter(p.name)} ${this.#names.argument(p)}`);
  }

  #argumentList(f: ApiFunction): string {
    return this.#argumentParts(f).join(", ");
  }

  // --- bodies ---

  /** Which cell each value or pointer that C writes is in. */
  #cellsOf(f: ApiFunction): Map<string, number> {
    const cells = new Map<string, number>();
    let values = 0;
    let pointers = 0;
    for (const p of f.parameters) {
      if (parameterRole(p) !== "result") continue;
      if (p.kind === "value" || p.kind === "handle") cells.set(p.name, values++);
      if (p.kind === "view" || p.kind === "string-view") cells.set(p.name, pointers++);
    }
    if (Math.max(values, pointers) > 4) throw new Error(`${f.name}: more results than cells`);
    return cells;
  }

  /** What stands before the call, what is passed to C, and what reads the results. */
  #pieces(f: ApiFunction): { before: string[]; passed: string[]; after: string[] } {
    const cells = this.#cellsOf(f);
    const before: string[] = [];
    const passed: string[] = [];
    // Lengths of views are in values: these are read first.
    const values: string[] = [];
    const others: string[] = [];
    // Handles first: what is wrong with one explains what follows from it.
    const held = f.parameters.filter((p) => p.kind === "handle" && p.direction === "in");
    if (held.length > 1) throw new Error(`${f.name}: Go holds one handle at a time`);
    for (const p of held)
      before.push(
        `${p.name}Address := c.Hold("${p.name}", ${p.name}.raw(), "${p.handle}", native.${useOf(f)})`,
      );
    for (const p of f.parameters) {
      if (parameterRole(p) === "argument") this.#pass(f, p, { before, passed, after: others });
      else this.#supply(f, p, cells.get(p.name) ?? -1, { before, passed, values, others });
    }
    return { before, passed, after: [...values, ...others, ...this.#typeNotes(f)] };
  }

  #pass(
    f: ApiFunction,
    p: Parameter,
    into: { before: string[]; passed: string[]; after: string[] },
  ): void {
    const { before, passed, after } = into;
    const lend = (expression: string): void => {
      before.push(`${p.name}Pointer := ${expression}`);
      passed.push(`uintptr(${p.name}Pointer)`);
    };
    switch (p.kind) {
      case "scalar":
        if (this.#names.scalarType(p.type) === "bool") {
          before.push(`var ${p.name}Bit uintptr`, `if ${p.name} {`, `\t${p.name}Bit = 1`, "}");
          passed.push(`${p.name}Bit`);
        } else passed.push(`uintptr(${p.name})`);
        return;
      case "handle":
        passed.push(`${p.name}Address`);
        return;
      case "string":
        lend(`c.${p.nullable ? "OptionalString" : "String"}("${p.name}", ${p.name})`);
        return;
      case "strings":
        lend(`c.Strings("${p.name}", ${p.name}, ${this.#length(f, p)}, ${this.#nothing(f, p)})`);
        return;
      case "array":
        lend(
          `native.Array(c, "${p.name}", ${p.name}, ${this.#length(f, p)}, ${this.#nothing(f, p)})`,
        );
        return;
      case "bytes":
        lend(`c.Bytes("${p.name}", ${p.name}, ${this.#length(f, p)}, ${p.nullable})`);
        return;
      case "elements": {
        const rule = elementTypes[f.name];
        if (!rule) throw new Error(`go-exposure.ts: what type do the elements of ${f.name} have?`);
        lend(
          `c.Elements("${p.name}", ${p.name}, ${this.#length(f, p)}, c.${rule.method}(${rule.parameter}))`,
        );
        if (p.direction !== "in") after.push(`c.Written(${p.name})`);
        return;
      }
      case "struct":
        before.push(
          `var ${p.name}Pointer unsafe.Pointer`,
          `if ${p.name} != nil {`,
          `\t${p.name}Copy := *${p.name}`,
          `\t${p.name}Copy.structSize = uint32(unsafe.Sizeof(${p.name}Copy))`,
          `\t${p.name}Pointer = unsafe.Pointer(&${p.name}Copy)`,
          "}",
        );
        if (!p.nullable) throw new Error(`${f.name}: Go takes structures that may be NULL only`);
        passed.push(`uintptr(${p.name}Pointer)`);
        return;
      case "callback": {
        const callback = this.api.callbacks.find((c) => c.name === p.type.base);
        const next = f.parameters[f.parameters.indexOf(p) + 1];
        if (!callback || next?.kind !== "opaque")
          throw new Error(`${f.name}: Go needs a user pointer behind ${p.name}`);
        const handle = lentHandle(this.api, callback);
        const kind = this.api.handles.find((h) => h.name === handle)?.kind;
        before.push(
          `${p.name}Entry, ${next.name}User := c.Callback("${kind}", ${p.name}.native())`,
        );
        passed.push(`${p.name}Entry`);
        return;
      }
      default:
        throw new Error(`${f.name}: Go cannot pass a ${p.kind}`);
    }
  }

  #supply(
    f: ApiFunction,
    p: Parameter,
    cell: number,
    into: { before: string[]; passed: string[]; values: string[]; others: string[] },
  ): void {
    const { before, passed, values, others } = into;
    switch (p.kind) {
      case "opaque":
        passed.push(`${p.name}User`);
        return;
      case "value": {
        const rule = indexedValues[f.name];
        if (rule?.value === p.name) {
          before.push(`${p.name}Cells := c.OutputTypeCells(${rule.index})`);
          passed.push(`uintptr(unsafe.Pointer(unsafe.SliceData(${p.name}Cells)))`);
          values.push(`${p.name} = native.LastOf(${p.name}Cells)`);
          return;
        }
        passed.push(`uintptr(c.Value(${cell}))`);
        values.push(`${p.name} = ${this.#read(p, cell)}`);
        return;
      }
      case "view": {
        const line = `${p.name} = native.View[${this.#names.scalarType(p.type)}](c, ${cell}, ${this.#viewLength(f, p)})`;
        passed.push(`uintptr(c.Pointer(${cell}))`);
        // A product needs its dimensions before it.
        if (p.length?.startsWith("product")) others.push(line);
        else values.push(line);
        return;
      }
      case "string-view":
        passed.push(`uintptr(c.Pointer(${cell}))`);
        others.push(`${p.name} = c.Text(${cell})`);
        return;
      case "handle": {
        const made = this.api.handles.find((h) => h.kind === p.handle);
        if (p.owner.is !== "new" || made?.release === undefined)
          throw new Error(`${f.name}: ${p.name} has no release`);
        passed.push(`uintptr(c.Value(${cell}))`);
        others.push(
          `${p.name} = new${made.name}(c.NewHandle(uintptr(c.Uint64(${cell})), "${made.kind}", constants.Fn${made.release}))`,
        );
        return;
      }
      case "handles": {
        const made = this.api.handles.find((h) => h.kind === p.handle);
        if (p.owner.is !== "new" || made?.release === undefined)
          throw new Error(`${f.name}: ${p.name} has no release`);
        before.push(`${p.name}Cells := c.HandleCells("${p.name}", ${this.#length(f, p)})`);
        passed.push(`uintptr(unsafe.Pointer(unsafe.SliceData(${p.name}Cells)))`);
        others.push(
          `for _, address := range ${p.name}Cells[:${this.#length(f, p)}] {`,
          `\t${p.name} = append(${p.name}, new${made.name}(c.NewHandle(address, "${made.kind}", constants.Fn${made.release})))`,
          "}",
        );
        return;
      }
      case "struct":
        if (parameterRole(p) === "supplied") {
          // The reason is read on the thread of the call, which needs no LPError.
          if (!p.nullable) throw new Error(`${f.name}: Go passes NULL for ${p.name}`);
          passed.push("0");
          return;
        }
        before.push(
          `${p.name}Cell := new(${p.struct})`,
          `${p.name}Cell.structSize = uint32(unsafe.Sizeof(*${p.name}Cell))`,
        );
        passed.push(`uintptr(unsafe.Pointer(${p.name}Cell))`);
        others.push(`${p.name} = *${p.name}Cell`);
        return;
      default:
        throw new Error(`${f.name}: Go cannot supply a ${p.kind}`);
    }
  }

  #typeNotes(f: ApiFunction): string[] {
    const remembered = rememberedTypes[f.name];
    if (remembered) return [`c.RememberTypes(out.raw(), ${remembered.names}, ${remembered.types})`];
    return inheritedTypes.includes(f.name) ? ["c.InheritTypes(out.raw())"] : [];
  }

  #read(p: Parameter, cell: number): string {
    const type = this.#names.scalarType(p.type);
    const reader = cellReaders[type];
    if (!reader) throw new Error(`${p.name}: no cell holds ${p.type.base}`);
    return `c.${reader}(${cell})`;
  }

  // --- lengths ---

  /** How long the caller's memory must be. */
  #length(f: ApiFunction, p: Parameter): string {
    const length = parseLength(p.length ?? "");
    if (length?.is === "parameter") {
      const count = `native.Length(${this.#names.parameter(length.name)})`;
      return length.plus > 0 ? `${count}+${length.plus}` : count;
    }
    if (length?.is === "element") return `native.At(${length.array}, ${length.index})`;
    throw new Error(`${f.name}: ${p.name} has no length that Go can check`);
  }

  /** Whether there is nothing to point to, so that nil will do. */
  #nothing(f: ApiFunction, p: Parameter): string {
    if (!p.nullable) return "false";
    const length = parseLength(p.length ?? "");
    return length?.is === "parameter" ? `${length.name} == 0` : `${this.#length(f, p)} == 0`;
  }

  #viewLength(f: ApiFunction, p: Parameter): string {
    const length = parseLength(p.length ?? "");
    if (length?.is === "pointee") return this.#pointee(f, length.name);
    if (length?.is === "product") return `native.Product(${length.name})`;
    throw new Error(`${f.name}: ${p.name} has no length that C writes`);
  }

  #pointee(f: ApiFunction, name: string): string {
    const p = f.parameters.find((q) => q.name === name);
    const cell = this.#cellsOf(f).get(name);
    if (p?.kind !== "value" || cell === undefined)
      throw new Error(`${f.name}: ${name} is no value that C writes`);
    const read = this.#read(p, cell);
    return this.#names.scalarType(p.type) === "uint64" ? read : `uint64(${read})`;
  }

  // --- documentation ---

  #doc(f: ApiFunction): string {
    const parameters = f.parameters.filter((p) => parameterRole(p) === "argument");
    const returns =
      f.returns.kind === "status"
        ? resultsOf(f).map((p) => `${p.name}: ${resultDoc(p)}`)
        : [`result: ${f.returns.doc}`];
    const blocks: DocBlock[] = [
      named(f.name, f.doc),
      { code: prototypeOf(f) },
      {
        heading: "Parameters",
        items: parameters.map((p) => {
          const extent = extentOf(p);
          return `${p.name}: ${p.doc}${extent ? ` (${extent})` : ""}${p.nullable ? " May be nil." : ""}`;
        }),
      },
      { heading: "Results", items: returns },
      {
        heading: "Errors",
        items: f.errors.map((e) => `${errorCodeName(e.code)} (${e.code}): ${e.trigger}`),
      },
      `Threads: ${f.thread}.`,
    ];
    return goDoc(blocks);
  }
}

function resultsOf(f: ApiFunction): Parameter[] {
  return f.parameters.filter((p) => parameterRole(p) === "result");
}

function resultDoc(p: Parameter): string {
  if (p.owner.is === "new") return `${p.doc} Give it back with ${p.owner.release}.`;
  return p.kind === "view" ? `${p.doc} A copy.` : p.doc;
}

/** How a call uses its handle, as package native calls it. */
function useOf(f: ApiFunction): string {
  if (f.alongside) return "Alongside";
  return f.concurrent ? "Shared" : "Exclusive";
}

/** The call of C, padded with zeros: C ignores arguments that its function does not have. */
function runOf(f: ApiFunction, passed: readonly string[]): string {
  const width = runWidths.find((w) => passed.length <= w);
  if (width === undefined) throw new Error(`${f.name}: too many arguments for Go`);
  const padded = [...passed, ...new Array<string>(width - passed.length).fill("0")];
  return `Run${width}(${padded.join(", ")})`;
}
