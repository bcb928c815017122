/** How C names and types read in TypeScript. */
import type { CType, Parameter, ScalarType } from "../api-description.js";
import { ApiIndex } from "./api-index.js";

const typedArrays: Partial<Record<ScalarType, string>> = {
  double: "Float64Array",
  float: "Float32Array",
  int: "Int32Array",
  int32_t: "Int32Array",
  int64_t: "BigInt64Array",
  size_t: "BigUint64Array",
  uint32_t: "Uint32Array",
  uint64_t: "BigUint64Array",
  uint8_t: "Uint8Array",
};

export class TypeScriptNames extends ApiIndex {
  number(scalar: ScalarType): string {
    if (scalar === "bool") return "boolean";
    return scalar === "int64_t" || scalar === "uint64_t" ? "bigint" : "number";
  }

  typedArray(type: CType): string {
    const scalar = this.scalar(type);
    if (scalar === undefined || scalar === "char") return "Uint8Array";
    const name = typedArrays[scalar];
    if (!name) throw new Error(`no typed array holds ${scalar}`);
    return name;
  }

  argument(p: Parameter): string {
    const type = this.#argumentType(p);
    return p.nullable ? `${type} | null` : type;
  }

  #argumentType(p: Parameter): string {
    switch (p.kind) {
      case "scalar":
        return this.number(this.scalar(p.type) ?? "int");
      case "string":
        return "string";
      case "strings":
        return "readonly string[]";
      case "array":
        return this.typedArray(p.type);
      case "elements":
        return "ElementArray";
      case "bytes":
        return "ArrayBufferView";
      case "handle":
        return this.handle(p.handle ?? "");
      case "struct":
        return `${p.struct}Input`;
      case "callback":
        return p.type.base;
      default:
        throw new Error(`${p.name}: a ${p.kind} is no argument`);
    }
  }

  result(p: Parameter): string {
    switch (p.kind) {
      case "value":
        return this.number(this.scalar(p.type) ?? "int");
      case "view":
        return this.typedArray(p.type);
      case "string-view":
        return "string";
      case "handle":
        return this.handle(p.handle ?? "");
      case "handles":
        return `${this.handle(p.handle ?? "")}[]`;
      case "struct":
        return p.struct ?? "";
      default:
        throw new Error(`${p.name}: a ${p.kind} is no result`);
    }
  }
}
