/** How C names and types read in C++. */
import { type CType, formatCType, type Parameter } from "../api-description.js";
import { ApiIndex } from "./api-index.js";

const keywords = new Set(
  (
    "alignas alignof and asm auto bool break case catch char class concept const constexpr continue default delete " +
    "do double else enum explicit export extern false float for friend goto if inline int long mutable namespace " +
    "new noexcept not nullptr operator or private protected public register requires return short signed sizeof " +
    "static struct switch template this throw true try typedef typeid typename union unsigned using virtual void " +
    "volatile while xor"
  ).split(" "),
);

/** What the keyword that a name would be is called instead. */
const renamed: Readonly<Record<string, string>> = { bool: "boolean" };

/** `LP_PASS_FOLD` without `LP_PASS_` is `fold`. @throws for a keyword that has no other name here */
export function enumerator(name: string, prefix: string): string {
  const word = name.slice(prefix.length).toLowerCase();
  const safe = renamed[word] ?? word;
  if (!name.startsWith(prefix) || !/^[a-z]\w*$/.test(safe) || keywords.has(safe))
    throw new Error(`${name}: "${safe}" is no name for an enumerator in C++`);
  return safe;
}

export class CppNames extends ApiIndex {
  /** What the caller passes. */
  argument(p: Parameter): string {
    const { base } = p.type;
    const optional = p.nullable ? "Optional" : "";
    const out = p.direction !== "in";
    switch (p.kind) {
      case "scalar":
        return this.scalar(p.type) === "bool" ? "bool" : `Whole<${this.scalar(p.type)}>`;
      case "string":
        return `const ${p.nullable ? "std::optional<Text>" : "Text"} &`;
      case "strings":
        return "const Texts &";
      case "array":
        return `const ${optional}Span<${out ? "" : "const "}${this.scalar(p.type)}> &`;
      case "elements":
        if (p.nullable) throw new Error(`${p.name}: elements that may be NULL have no form yet`);
        return `const ${out ? "MutableElements" : "Elements"} &`;
      case "bytes":
        return `const ${optional}${out ? "MutableBytes" : "Bytes"} &`;
      case "handle":
        return `const ${this.handle(p.handle ?? "")} &`;
      case "struct":
        return `const ${p.nullable ? `std::optional<${p.struct}>` : p.struct} &`;
      case "callback":
        return `${base} `;
      case "opaque":
        return "void *";
      default:
        throw new Error(`${p.name}: a ${p.kind} is no argument`);
    }
  }

  /** What the function returns for a parameter that C writes. */
  result(p: Parameter): string {
    switch (p.kind) {
      case "value":
        return this.#scalarOf(p);
      case "view":
        return this.scalar(p.type) === undefined ? "Bytes" : `Span<const ${this.#scalarOf(p)}>`;
      case "string-view":
        return "std::string_view";
      case "handle":
        return this.handle(p.handle ?? "");
      case "handles":
        return `std::vector<${this.handle(p.handle ?? "")}>`;
      case "struct":
        return p.struct ?? "";
      default:
        throw new Error(`${p.name}: a ${p.kind} is no result`);
    }
  }

  /** The kind of a handle as a C++ type: `PredictorKind`. */
  kind(kind: string): string {
    return this.handle(kind).replace(/Handle$/, "Kind");
  }

  /** Declares the variable that C writes through the parameter's pointer. */
  cell(p: Parameter): string {
    return formatCType({ ...this.#plain(p.type), pointers: p.type.pointers - 1 }, p.name);
  }

  /** What the parameter's pointer points to. */
  pointee(p: Parameter): string {
    return formatCType({ ...this.#plain(p.type), pointers: p.type.pointers - 1 });
  }

  #plain(type: CType): CType {
    const scalar = this.scalar(type);
    return { ...type, base: scalar ?? type.base };
  }

  #scalarOf(p: Parameter): string {
    const scalar = this.scalar(p.type);
    if (scalar === undefined) throw new Error(`${p.name}: void is no result`);
    return scalar;
  }
}

/** @throws if C++, or the code around a call, has another meaning for a parameter's name */
export function checkParameterName(functionName: string, name: string): void {
  if (keywords.has(name) || ["call", "status", "returned"].includes(name))
    throw new Error(`${functionName}: the C++ binding cannot call a parameter "${name}"`);
}
