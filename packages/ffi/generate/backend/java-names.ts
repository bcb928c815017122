/** How C names and types read in Java. */
import type { CType, Parameter, ScalarType } from "../api-description.js";
import { ApiIndex } from "./api-index.js";

/** How a scalar of C is held in Java: the layout that carries it, and the type that a program sees. */
interface JavaScalar {
  readonly layout: string;
  readonly carrier: string;
  /** Unsigned numbers are seen as the next larger type, so that no value changes its sign. */
  readonly seen: string;
}

const scalars: Partial<Record<ScalarType, JavaScalar>> = {
  bool: { layout: "JAVA_BOOLEAN", carrier: "boolean", seen: "boolean" },
  double: { layout: "JAVA_DOUBLE", carrier: "double", seen: "double" },
  float: { layout: "JAVA_FLOAT", carrier: "float", seen: "float" },
  int: { layout: "JAVA_INT", carrier: "int", seen: "int" },
  int32_t: { layout: "JAVA_INT", carrier: "int", seen: "int" },
  int64_t: { layout: "JAVA_LONG", carrier: "long", seen: "long" },
  size_t: { layout: "JAVA_LONG", carrier: "long", seen: "long" },
  uint32_t: { layout: "JAVA_INT", carrier: "int", seen: "long" },
  uint64_t: { layout: "JAVA_LONG", carrier: "long", seen: "long" },
};

/** Helpers that check and copy an array argument, by its element type in C. */
const arrayArguments: Partial<Record<ScalarType, { type: string; check: string }>> = {
  int: { type: "int[]", check: "int32s" },
  int32_t: { type: "int[]", check: "int32s" },
  uint32_t: { type: "long[]", check: "uint32s" },
};

/** Helpers that copy memory of the library, by its element type in C. */
const arrayResults: Partial<Record<ScalarType, { type: string; copy: string }>> = {
  float: { type: "float[]", copy: "copyFloats" },
  int64_t: { type: "long[]", copy: "copyInt64s" },
  uint32_t: { type: "long[]", copy: "copyUint32s" },
};

const reserved = new Set(
  (
    "abstract assert boolean break byte case catch char class const continue default do double " +
    "else enum extends false final finally float for goto if implements import instanceof int " +
    "interface long native new null package private protected public return short static " +
    "strictfp super switch synchronized this throw throws transient true try void volatile " +
    "while _ call made status"
  ).split(" "),
);

/** A parameter's or member's name, which must be one in Java and none of those that methods use. */
export function checkedName(name: string): string {
  if (reserved.has(name) || name.startsWith("c_"))
    throw new Error(`"${name}" cannot be a name in the Java binding`);
  return name;
}

export class JavaNames extends ApiIndex {
  javaScalar(type: CType | ScalarType): JavaScalar {
    const scalar = typeof type === "string" ? type : this.scalar(type);
    const found = scalar === undefined ? undefined : scalars[scalar];
    if (!found) throw new Error(`Java has no type for the C type ${scalar ?? "void"}`);
    return found;
  }

  arrayArgument(type: CType): { type: string; check: string } {
    const found = arrayArguments[this.scalar(type) ?? "char"];
    if (!found) throw new Error(`no Java array is an argument for elements of ${type.base}`);
    return found;
  }

  arrayResult(type: CType): { type: string; copy: string } {
    const found = arrayResults[this.scalar(type) ?? "char"];
    if (!found) throw new Error(`no Java array is a result for elements of ${type.base}`);
    return found;
  }

  /** The layout by which a parameter is passed. */
  layout(p: Parameter): string {
    return p.kind === "scalar" ? this.javaScalar(p.type).layout : "ADDRESS";
  }

  argument(p: Parameter): string {
    switch (p.kind) {
      case "scalar":
        return this.javaScalar(p.type).seen;
      case "string":
        return "String";
      case "strings":
        return "String[]";
      case "array":
        return this.arrayArgument(p.type).type;
      case "elements":
      case "bytes":
        return "MemorySegment";
      case "handle":
        return this.handle(p.handle ?? "");
      case "struct":
        return p.struct ?? "";
      case "callback":
        return p.type.base;
      default:
        throw new Error(`${p.name}: a ${p.kind} is no argument in Java`);
    }
  }

  result(p: Parameter): string {
    switch (p.kind) {
      case "value":
        return this.javaScalar(p.type).seen;
      case "view":
        return p.type.base === "void" ? "MemorySegment" : this.arrayResult(p.type).type;
      case "string-view":
        return "String";
      case "handle":
        return this.handle(p.handle ?? "");
      case "handles":
        return `${this.handle(p.handle ?? "")}[]`;
      case "struct":
        return p.struct ?? "";
      default:
        throw new Error(`${p.name}: a ${p.kind} is no result in Java`);
    }
  }
}
