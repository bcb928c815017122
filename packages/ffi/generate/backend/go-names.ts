/** How C names and types read in Go. */
import type { Api, CType, Parameter, ScalarType } from "../api-description.js";
import { ApiIndex } from "./api-index.js";

const scalars: Readonly<Record<ScalarType, string>> = {
  bool: "bool",
  char: "byte",
  double: "float64",
  float: "float32",
  int: "int32",
  int32_t: "int32",
  int64_t: "int64",
  size_t: "uint64",
  uint32_t: "uint32",
  uint64_t: "uint64",
  uint8_t: "uint8",
};

const initialisms: Readonly<Record<string, string>> = { dtype: "DType" };

/** Go's keywords, and what the generated methods use themselves. */
const taken = new Set(
  "break case chan const continue default defer else fallthrough for func go goto if import interface map package range return select struct switch type var b c err native constants unsafe".split(
    " ",
  ),
);

/** `num_threads` becomes `NumThreads`, `bad-shape` becomes `BadShape`. */
export function exportedName(name: string): string {
  return name
    .split(/[_-]/)
    .map((word) => initialisms[word] ?? word.charAt(0).toUpperCase() + word.slice(1))
    .join("");
}

export class GoNames extends ApiIndex {
  constructor(readonly api: Api) {
    super(api);
  }

  scalarType(type: CType): string {
    const scalar = this.scalar(type);
    const name = scalar === undefined ? "byte" : scalars[scalar];
    if (name === undefined) throw new Error(`Go has no type for ${type.base}`);
    return name;
  }

  member(scalar: ScalarType): string {
    return scalars[scalar];
  }

  /** The name of a parameter: C's. */
  parameter(name: string): string {
    if (taken.has(name)) throw new Error(`a parameter in Go cannot be called ${name}`);
    return name;
  }

  argument(p: Parameter): string {
    switch (p.kind) {
      case "scalar":
        return this.scalarType(p.type);
      case "string":
        return p.nullable ? "*string" : "string";
      case "strings":
        return "[]string";
      case "array":
        return `[]${this.scalarType(p.type)}`;
      case "elements":
        return "Elements";
      case "bytes":
        return "[]byte";
      case "handle":
        return `*${this.handle(p.handle ?? "")}`;
      case "struct":
        return `*${p.struct}`;
      case "callback":
        return p.type.base;
      default:
        throw new Error(`${p.name}: a ${p.kind} is no argument in Go`);
    }
  }

  result(p: Parameter): string {
    switch (p.kind) {
      case "value":
        return this.scalarType(p.type);
      case "view":
        return `[]${this.scalarType(p.type)}`;
      case "string-view":
        return "string";
      case "handle":
        return `*${this.handle(p.handle ?? "")}`;
      case "handles":
        return `[]*${this.handle(p.handle ?? "")}`;
      case "struct":
        return p.struct ?? "";
      default:
        throw new Error(`${p.name}: a ${p.kind} is no result in Go`);
    }
  }
}
