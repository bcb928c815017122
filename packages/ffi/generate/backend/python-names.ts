/** How C types read in Python: in ctypes, in numpy, and in type hints. */
import { type CType, type Parameter, type ScalarType, scalarTypes } from "../api-description.js";
import { ApiIndex } from "./api-index.js";

const numpyTypes: Partial<Record<ScalarType, string>> = {
  bool: "bool",
  double: "float64",
  float: "float32",
  int: "int32",
  int32_t: "int32",
  int64_t: "int64",
  uint32_t: "uint32",
  uint64_t: "uint64",
  size_t: "uint64",
  uint8_t: "uint8",
};

const limits: Partial<Record<ScalarType, string>> = {
  int: "INT",
  int32_t: "INT",
  int64_t: "INT64",
  size_t: "UINT64",
  uint32_t: "UINT32",
  uint64_t: "UINT64",
  uint8_t: "UINT8",
};

export class PythonNames extends ApiIndex {
  /** The scalar behind a type. @throws Error: void, or a type that the description does not know */
  known(type: CType): ScalarType {
    const scalar = this.scalar(type);
    if (scalar === undefined || !scalarTypes.includes(scalar))
      throw new Error(`no Python type for ${type.base}`);
    return scalar;
  }

  ctype(type: CType): string {
    return ctypeOf(this.known(type));
  }

  /** The numpy dtype of an array of the type; bytes for void and char. */
  dtype(type: CType): string {
    const scalar = this.scalar(type);
    if (scalar === undefined || scalar === "char") return "uint8";
    const name = numpyTypes[scalar];
    if (!name) throw new Error(`no numpy array holds ${scalar}`);
    return name;
  }

  /** The name of the limits that a whole number must keep. */
  limits(type: CType): string {
    const name = limits[this.known(type)];
    if (!name) throw new Error(`no limits for ${type.base}`);
    return name;
  }

  number(scalar: ScalarType): string {
    if (scalar === "bool") return "bool";
    return scalar === "float" || scalar === "double" ? "float" : "int";
  }

  argument(p: Parameter): string {
    const hint = this.#argumentHint(p);
    return p.nullable ? `Optional[${hint}]` : hint;
  }

  #argumentHint(p: Parameter): string {
    switch (p.kind) {
      case "scalar":
        return this.number(this.known(p.type));
      case "string":
        return "str";
      case "strings":
        return "Sequence[str]";
      case "array":
        return `npt.NDArray[np.${this.dtype(p.type)}]`;
      case "elements":
        return "npt.NDArray[Any]";
      case "bytes":
        return "Buffer";
      case "handle":
        return this.handle(p.handle ?? "");
      case "struct":
        return p.struct ?? "";
      case "callback":
        return p.type.base;
      default:
        throw new Error(`${p.name}: a ${p.kind} is no argument`);
    }
  }

  result(p: Parameter): string {
    switch (p.kind) {
      case "value":
        return this.number(this.known(p.type));
      case "view":
        return `npt.NDArray[np.${this.dtype(p.type)}]`;
      case "string-view":
        return "str";
      case "handle":
        return this.handle(p.handle ?? "");
      case "handles":
        return `List[${this.handle(p.handle ?? "")}]`;
      case "struct":
        return p.struct ?? "";
      default:
        throw new Error(`${p.name}: a ${p.kind} is no result`);
    }
  }
}

export function ctypeOf(scalar: ScalarType): string {
  return `c_${scalar.replace(/_t$/, "")}`.replace("c_size", "c_size_t");
}
