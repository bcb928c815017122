/** Back end: one C++ member function per C function, under the C names. */
import type { Api, ApiFunction, Parameter } from "../api-description.js";
import { parseLength } from "../length-expression.js";
import { errorCodeName, parameterRole, prototypeOf, releasedKinds } from "./api-index.js";
import { cppAfterSuccess, cppIndexedResults, cppNotExposed } from "./cpp-decisions.js";
import { doxygen, escapeDoxygen } from "./cpp-doc.js";
import { CppNames, checkParameterName } from "./cpp-names.js";
import { isWrapped } from "./cpp-types.js";
import { extentOf, wrapWords } from "./doc-text.js";

const indent = "    ";

/** The class of the low level, and the structures of functions with several results. */
export function functions(api: Api): string {
  const names = new Set(api.functions.map((f) => f.name));
  for (const list of [cppNotExposed, cppIndexedResults, cppAfterSuccess])
    for (const name of Object.keys(list))
      if (!names.has(name)) throw new Error(`cpp-decisions.ts: the header has no ${name}`);
  const writers = api.functions.map((f) => new FunctionWriter(f, api));
  return `#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "../src/monitor.hpp"
#include "../src/tensor_types.hpp"
#include "handles.hpp"
#include "structs.hpp"

namespace libpredict::capi {
${writers.map((w) => w.resultStructure()).join("")}
/**
 * The functions of the header, one each, under their C names.
 *
 * Arguments stand in C's order. What a function writes is returned: one value as it is, several as
 * a structure under their C names. Memory that the library owns is not copied: each such result
 * says how long it is valid. \`LPError\` parameters and the user pointers of wrapped callbacks are
 * supplied by the binding. Besides the errors named at each function, every function gives
 * \`argument\` (NULL, a number that does not fit, a NUL inside a text), \`dtype\` (elements of another
 * type), \`size\` (wrong length), \`handle\` (an empty handle, or one of another library), \`disposed\`
 * (a handle that was freed), \`busy\` (a handle that a running call uses) and \`unavailable\` (the
 * library does not have the function); nothing reaches the library then.
 *
 * A value that refers to a library, which stays loaded: copies are the same.
 */
class Api {
public:
    explicit Api(const detail::LibraryData &library) noexcept : library_(&library) {}

    /** The file of the library, or how it came into the program. */
    [[nodiscard]] const std::string &path() const noexcept { return library_->path; }
    /** Whether the library has a function. MXNet's own lacks those that begin with \`LP\`. */
    [[nodiscard]] bool has(std::string_view function) const noexcept {
        return library_->functions.has(function);
    }

${writers.map((w) => w.member()).join("\n\n")}

private:
    const detail::LibraryData *library_;
};

} // namespace libpredict::capi
`;
}

class FunctionWriter {
  readonly #names: CppNames;
  readonly #releases: ReadonlyMap<string, string>;
  readonly #results: readonly Parameter[];
  readonly #arguments: readonly Parameter[];
  /** The callback that the binding wraps; its user pointer is not the caller's. */
  readonly #wrapped: Parameter | undefined;

  constructor(
    readonly f: ApiFunction,
    readonly api: Api,
  ) {
    this.#names = new CppNames(api);
    this.#releases = releasedKinds(api);
    for (const p of f.parameters) checkParameterName(f.name, p.name);
    const callbacks = f.parameters.filter((p) => p.kind === "callback");
    const isWrappedParameter = (p: Parameter): boolean => {
      const type = api.callbacks.find((c) => c.name === p.type.base);
      if (!type) throw new Error(`${f.name}: unknown callback type ${p.type.base}`);
      return isWrapped(type, api);
    };
    this.#wrapped = callbacks.find(isWrappedParameter);
    const opaque = f.parameters.filter((p) => p.kind === "opaque").length;
    if (this.#wrapped && (callbacks.length !== 1 || opaque !== 1))
      throw new Error(`${f.name}: a wrapped callback needs exactly one user pointer`);
    this.#results = f.parameters.filter((p) => parameterRole(p) === "result");
    this.#arguments = f.parameters.filter(
      (p) => parameterRole(p) === "argument" || (p.kind === "opaque" && !this.#wrapped),
    );
  }

  /** The structure of several results; empty if there are not several. */
  resultStructure(): string {
    if (this.#results.length < 2 || this.f.name in cppNotExposed) return "";
    const fields = this.#results.map(
      (p) =>
        `${doxygen([resultDoc(p)], indent)}\n${indent}${this.#names.result(p)} ${p.name}${p.kind === "value" ? " = 0" : ""};`,
    );
    return `
/** What \`Api::${this.f.name}\` returns. */
struct ${this.f.name}Result {
${fields.join("\n")}
};
`;
  }

  member(): string {
    const { f } = this;
    const prototype = wrapWords(prototypeOf(f), 92)
      .map((line) => `${indent}// ${line}`)
      .join("\n");
    const reason = cppNotExposed[f.name];
    if (reason !== undefined) return `${prototype}\n${indent}// Not exposed: ${reason}.`;
    const parameters = this.#arguments.map((p) => {
      const type = this.#names.argument(p);
      return /[&* ]$/.test(type) ? `${type}${p.name}` : `${type} ${p.name}`;
    });
    const head = wrapped(`Result<${this.#returned()}> ${f.name}(`, parameters, " const {");
    const body = this.#body().map((line) => indent + line);
    const code = [...head, ...body, "}"].map((line) => indent + line).join("\n");
    return `${prototype}\n${this.#doc()}\n${code}`;
  }

  #returned(): string {
    const { f } = this;
    if (f.returns.kind === "code") return "int";
    if (f.returns.kind === "string-view") return "std::string_view";
    const [only] = this.#results;
    if (!only) return "void";
    return this.#results.length === 1 ? this.#names.result(only) : `${f.name}Result`;
  }

  #body(): string[] {
    const { f } = this;
    const lines = [
      ...wrapped(
        "detail::Call call(",
        ["*library_", `"${f.name}"`, String(f.part), `library_->functions.${f.name}`],
        ";",
      ),
    ];
    const [handle] = this.#arguments;
    if (this.#releases.has(f.name)) {
      if (this.#arguments.length !== 1 || handle?.kind !== "handle")
        throw new Error(`${f.name}: releases something, but does not take just its handle`);
      return [...lines, `return detail::release(call, ${handle.name}, "${handle.name}");`];
    }
    const uses = this.#arguments.filter((p) => p.kind === "handle");
    // What the binding remembers of a handle belongs to the call that has it for itself.
    if (f.alongside && this.#arguments.some((p) => p.kind === "elements" || p.kind === "callback"))
      throw new Error(`${f.name}: no rule for elements or callbacks alongside another call`);
    // Handles first: what is wrong with one explains what follows from it.
    for (const p of uses)
      lines.push(
        ...wrapped(
          `detail::HandleUse used_${p.name}(`,
          [
            "call",
            p.name,
            `"${p.name}"`,
            `detail::Sharing::${f.alongside ? "alongside" : f.concurrent ? "shared" : "exclusive"}`,
          ],
          ";",
        ),
      );
    // Numbers before what is measured by them.
    const isNumber = (p: Parameter): boolean => p.kind === "scalar";
    for (const p of f.parameters.filter(isNumber)) lines.push(...this.#prepare(p));
    for (const p of f.parameters.filter((q) => !isNumber(q))) lines.push(...this.#prepare(p));
    lines.push("if (call.failed()) return call.error();");
    const passed = f.parameters.map((p) => this.#pass(p));
    const variable =
      f.returns.kind === "string-view" ? "const char *const returned" : "const int status";
    lines.push(...wrapped(`${variable} = call.function(`, passed, ";"));
    // What a callback threw belongs to the call that it was called by.
    if (!f.alongside) for (const p of uses) lines.push(`used_${p.name}.rethrow();`);
    if (f.returns.kind === "string-view")
      return [...lines, `return std::string_view(returned != nullptr ? returned : "");`];
    if (f.returns.kind === "code") return [...lines, "return status;"];
    const error = f.parameters.find((p) => p.struct === "LPError");
    lines.push(`if (status != 0) return call.failure(${error?.name ?? ""});`);
    if (this.#wrapped) lines.push(`changed_${this.#wrapped.name}.keep();`);
    for (const p of this.#results)
      if (p.kind === "handle" || p.kind === "handles")
        lines.push(`if (!${p.name}.made()) return call.null_handle();`);
    const after = cppAfterSuccess[f.name];
    if (after) lines.push(after);
    return [...lines, ...this.#return()];
  }

  #return(): string[] {
    const values = this.#results.map((p) => this.#value(p));
    if (values.length === 0) return ["return {};"];
    if (values.length === 1) return [`return ${values[0]};`];
    return wrapped(`return ${this.f.name}Result{`, values, ";", "}");
  }

  /** Checks an argument, or makes room for what C writes. */
  #prepare(p: Parameter): string[] {
    const name = `"${p.name}"`;
    if (parameterRole(p) !== "argument") return this.#room(p);
    switch (p.kind) {
      case "scalar":
        return this.#names.scalar(p.type) === "bool" ? [] : [`call.check(${p.name}, ${name});`];
      case "string":
        return [`call.check(${p.name}, ${name});`];
      case "strings":
      case "array":
      case "bytes":
        return wrapped("call.check(", [p.name, name, this.#length(p)], ";");
      case "elements": {
        // What stands before them says which tensor it is.
        const before = this.f.parameters
          .slice(0, this.f.parameters.indexOf(p))
          .map((q) => (q.kind === "handle" ? `used_${q.name}` : q.name));
        return [
          `const int ${p.name}_type = detail::element_type(call, ${[...before, p.name].join(", ")});`,
          ...wrapped("call.check(", [p.name, name, this.#length(p), `${p.name}_type`], ";"),
        ];
      }
      case "struct":
        return p.nullable
          ? [`const ::${p.struct} c_${p.name} = detail::to_c(${p.name}.value_or(${p.struct}()));`]
          : [`const ::${p.struct} c_${p.name} = detail::to_c(${p.name});`];
      case "callback": {
        if (p !== this.#wrapped) return [];
        const handle = this.#arguments.find((q) => q.kind === "handle");
        if (!handle) throw new Error(`${this.f.name}: a wrapped callback belongs to a handle`);
        return [
          `detail::MonitorChange changed_${p.name}(call, used_${handle.name}, std::move(${p.name}));`,
        ];
      }
      case "handle":
        return [];
      default:
        throw new Error(`${this.f.name}: cannot pass the ${p.kind} ${p.name}`);
    }
  }

  #room(p: Parameter): string[] {
    switch (p.kind) {
      case "opaque":
        return [];
      case "value": {
        const index = cppIndexedResults[this.f.name];
        return index === undefined
          ? [`${this.#names.cell(p)} = 0;`]
          : [
              `detail::IndexedValue<${this.#names.pointee(p)}> ${p.name}(call, ${index}, "${index}");`,
            ];
      }
      case "view":
      case "string-view":
        return [`${this.#names.cell(p)} = nullptr;`];
      case "handle":
      case "handles": {
        const handle = this.api.handles.find((h) => h.kind === p.handle);
        if (!handle?.release)
          throw new Error(`${this.f.name}: nothing frees what ${p.name} receives`);
        const type = p.kind === "handle" ? "NewHandle" : "NewHandles";
        const count = p.kind === "handle" ? [] : [this.#length(p)];
        return [
          ...wrapped(
            `detail::${type}<${this.#names.kind(handle.kind)}> ${p.name}(`,
            ["call", `library_->functions.${handle.release}`, ...count],
            ";",
          ),
        ];
      }
      case "struct":
        return parameterRole(p) === "supplied"
          ? // Without the text, which is long: the library ends it by a NUL.
            [`::${p.struct} ${p.name};`, `${p.name}.code = 0;`, `${p.name}.text[0] = '\\0';`]
          : [`::${p.struct} ${p.name} = detail::to_c(${p.struct}());`];
      default:
        throw new Error(`${this.f.name}: cannot make room for the ${p.kind} ${p.name}`);
    }
  }

  /** The expression for the number of elements that the header states. */
  #length(p: Parameter): string {
    const length = parseLength(p.length ?? "");
    switch (length?.is) {
      case "parameter": {
        const leftOut = p.nullable && p.kind !== "bytes" ? `, ${p.name}.size() == 0` : "";
        const plus = leftOut || length.plus ? `, ${length.plus}` : "";
        return `call.length(${length.name}${plus}${leftOut})`;
      }
      case "element":
        return `call.element(${length.array}, ${length.index})`;
      default:
        throw new Error(`${this.f.name}: the length of ${p.name} is no length of an argument`);
    }
  }

  #pass(p: Parameter): string {
    switch (p.kind) {
      case "scalar":
        return this.#names.scalar(p.type) === "bool" ? p.name : `${p.name}.value()`;
      case "string":
        return p.nullable ? `${p.name} ? ${p.name}->c_str() : nullptr` : `${p.name}.c_str()`;
      case "strings":
        return `${p.name}.data()`;
      case "array":
        return `detail::pointer_to(${p.name})`;
      case "elements":
        return `detail::pointer_as<${this.#names.pointee(p)}>(${p.name})`;
      case "bytes":
        return p.nullable
          ? `static_cast<${this.#names.pointee(p)} *>(${p.name}.data())`
          : `detail::pointer_as<${this.#names.pointee(p)}>(${p.name})`;
      case "value":
        return this.f.name in cppIndexedResults ? `${p.name}.out()` : `&${p.name}`;
      case "view":
      case "string-view":
        return `&${p.name}`;
      case "handle":
        return p.direction === "in" ? `used_${p.name}.address()` : `${p.name}.out()`;
      case "handles":
        return `${p.name}.out()`;
      case "struct":
        if (p.direction !== "in") return `&${p.name}`;
        return p.nullable ? `${p.name} ? &c_${p.name} : nullptr` : `&c_${p.name}`;
      case "callback":
        return p === this.#wrapped ? `changed_${p.name}.function()` : p.name;
      case "opaque":
        return this.#wrapped ? `changed_${this.#wrapped.name}.user()` : p.name;
      default:
        throw new Error(`${this.f.name}: cannot pass the ${p.kind} ${p.name}`);
    }
  }

  #value(p: Parameter): string {
    switch (p.kind) {
      case "value":
        return this.f.name in cppIndexedResults ? `${p.name}.value()` : p.name;
      case "view":
        return `${this.#names.result(p)}(${p.name}, ${this.#viewLength(p)})`;
      case "string-view":
        return `std::string_view(${p.name})`;
      case "handle":
      case "handles":
        return `${p.name}.take()`;
      case "struct":
        return `detail::from_c(${p.name})`;
      default:
        throw new Error(`${this.f.name}: cannot return the ${p.kind} ${p.name}`);
    }
  }

  #viewLength(p: Parameter): string {
    const length = parseLength(p.length ?? "");
    if (length?.is === "pointee") return length.name;
    const of = this.f.parameters.find((q) => length?.is === "product" && q.name === length.name);
    if (of?.kind !== "view")
      throw new Error(`${this.f.name}: the length of ${p.name} is no length of a result`);
    return `detail::product(${of.name}, ${this.#viewLength(of)})`;
  }

  #doc(): string {
    const { f } = this;
    const blocks = [escapeDoxygen(f.doc)];
    for (const p of this.#arguments) {
      const extent = extentOf(p);
      blocks.push(`@param ${p.name} ${escapeDoxygen(p.doc)}${extent ? ` (${extent})` : ""}`);
    }
    const [only] = this.#results;
    if (f.returns.kind !== "status") blocks.push(`@return ${escapeDoxygen(f.returns.doc)}`);
    else if (only && this.#results.length === 1) blocks.push(`@return ${resultDoc(only)}`);
    else if (only) blocks.push(`@return ${this.#results.map((p) => `\`${p.name}\``).join(", ")}`);
    if (f.errors.length > 0) blocks.push("@par Errors");
    for (const e of f.errors)
      blocks.push(`- \`${errorCodeName(e.code)}\`: ${escapeDoxygen(e.trigger)}`);
    blocks.push(`@par Threads\n${escapeDoxygen(f.thread)}`);
    return doxygen(blocks, indent);
  }
}

function resultDoc(p: Parameter): string {
  const text = escapeDoxygen(p.doc);
  if (p.owner.is === "new")
    return `${text} \`${p.owner.release}\` or its destructor gives it back.`;
  return p.owner.is === "library" ? `${text} Valid until ${escapeDoxygen(p.owner.until)}.` : text;
}

/** The width of a member's body, which is indented twice. */
const bodyWidth = 92;

/** A list behind a head, broken between items where a line would be too long. */
function wrapped(head: string, items: readonly string[], end: string, close = ")"): string[] {
  const hanging = indent.repeat(2);
  const lines: string[] = [];
  let line = head;
  let isBegun = true;
  items.forEach((item, i) => {
    const piece = item + (i + 1 < items.length ? "," : `${close}${end}`);
    const space = isBegun ? "" : " ";
    if (line.length + space.length + piece.length > bodyWidth) {
      lines.push(line);
      line = hanging + piece;
    } else line += space + piece;
    isBegun = false;
  });
  return [...lines, items.length === 0 ? `${line}${close}${end}` : line];
}
