/**
 * The description of the C API that every back end reads: what the header says, checked.
 * Owns the types only; `header-parser.ts` makes one, `api.json` is one written down.
 * Invariant: everything here is plain JSON, and nothing in it is a guess.
 */

/** Scalar C types that the description knows; any other stops generation. */
export const scalarTypes = [
  "bool",
  "char",
  "double",
  "float",
  "int",
  "int32_t",
  "int64_t",
  "size_t",
  "uint32_t",
  "uint64_t",
  "uint8_t",
] as const;

export type ScalarType = (typeof scalarTypes)[number];

/** Size and alignment in bytes on every 64-bit platform that libpredict supports. */
export const scalarSizeBytes: Readonly<Record<ScalarType, number>> = {
  bool: 1,
  char: 1,
  double: 8,
  float: 4,
  int: 4,
  int32_t: 4,
  int64_t: 8,
  size_t: 8,
  uint32_t: 4,
  uint64_t: 8,
  uint8_t: 1,
};

/** A C type: a base (scalar, void, or a name from the description), pointers, and const of what the first pointer points to. */
export interface CType {
  base: string;
  pointers: number;
  const: boolean;
}

export type Direction = "in" | "out" | "inout";

export type ParameterKind =
  | "scalar"
  | "string"
  | "strings"
  | "array"
  | "elements"
  | "bytes"
  | "value"
  | "view"
  | "string-view"
  | "handle"
  | "handles"
  | "struct"
  | "callback"
  | "opaque";

export type Owner =
  | { is: "none" }
  | { is: "caller" }
  | { is: "new"; release: string }
  | { is: "library"; until: string };

export interface Parameter {
  name: string;
  type: CType;
  direction: Direction;
  kind: ParameterKind;
  /** Element count (bytes for `bytes` and for views of void), as an expression over the other parameters. */
  length?: string;
  /** Handle kind, for `handle` and `handles`. */
  handle?: string;
  /** Structure name, for `struct`. */
  struct?: string;
  owner: Owner;
  /** NULL is allowed; for memory of n or n+1 elements only where n is 0. */
  nullable: boolean;
  doc: string;
}

export interface FunctionError {
  code: string;
  trigger: string;
}

/** `status`: 0 or -1. `code`: one of LPErrorCode. `string-view`: text that the library owns. */
export type ReturnKind = "status" | "code" | "string-view";

export interface ApiFunction {
  name: string;
  line: number;
  /** 1: MXNet's predict API. 2: additions of libpredict. */
  part: 1 | 2;
  doc: string;
  parameters: Parameter[];
  returns: { type: CType; kind: ReturnKind; doc: string };
  errors: FunctionError[];
  thread: string;
  /** Any number of threads may call it with the same handle at the same time. */
  concurrent: boolean;
  /** It may even be called while a function that is not `concurrent` works on the same handle. */
  alongside: boolean;
}

export interface ApiHandle {
  name: string;
  kind: string;
  /** The function that gives a handle of this kind back; absent where the caller never owns one. */
  release?: string;
  doc: string;
}

export interface ApiAlias {
  name: string;
  type: ScalarType;
  doc: string;
}

export interface EnumMember {
  name: string;
  value: number;
  doc: string;
}

export interface ApiEnum {
  name: string;
  doc: string;
  members: EnumMember[];
}

export interface StructMember {
  name: string;
  type: ScalarType;
  /** Number of elements of an array member. */
  count?: number;
  offset: number;
  doc: string;
}

export interface ApiStruct {
  name: string;
  doc: string;
  sizeBytes: number;
  members: StructMember[];
}

export interface ApiCallback {
  name: string;
  doc: string;
  returns: CType;
  parameters: { name: string; type: CType }[];
}

export interface Api {
  generated: string;
  source: string;
  aliases: ApiAlias[];
  handles: ApiHandle[];
  enums: ApiEnum[];
  structs: ApiStruct[];
  callbacks: ApiCallback[];
  functions: ApiFunction[];
}

/** Writes a type as C, with an optional declared name. */
export function formatCType(type: CType, name = ""): string {
  const head = `${type.const ? "const " : ""}${type.base}`;
  const stars = "*".repeat(type.pointers);
  return `${head}${stars || name ? " " : ""}${stars}${name}`;
}
