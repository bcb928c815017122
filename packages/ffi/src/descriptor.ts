/**
 * Types of the generated tables that say how each C function is called.
 * Owns no behaviour; `binding-runtime.ts` reads the tables.
 */
import type { HandleKind } from "./gen/handles.js";

/** A length as the header states it, over the other parameters of the function. */
export type Length =
  | { readonly is: "parameter"; readonly name: string; readonly plus: number }
  | { readonly is: "element"; readonly array: string; readonly index: string }
  | { readonly is: "pointee"; readonly name: string }
  | { readonly is: "product"; readonly name: string };

/** Scalar C types that occur in the header. */
export type ScalarName =
  | "bool"
  | "char"
  | "double"
  | "float"
  | "int"
  | "int32_t"
  | "int64_t"
  | "size_t"
  | "uint32_t"
  | "uint64_t"
  | "uint8_t";

/** One parameter. */
export interface ParameterDescriptor {
  readonly name: string;
  readonly kind:
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
  /** `argument`: the caller passes it. `result`: it is returned. `supplied`: the binding takes care of it. */
  readonly role: "argument" | "result" | "supplied";
  readonly type?: ScalarName;
  readonly length?: Length;
  readonly handle?: HandleKind;
  /** No other call may use the handle at the same time. */
  readonly exclusive?: boolean;
  /** The call may be made while any other uses the handle, an exclusive one too. */
  readonly alongside?: boolean;
  readonly struct?: string;
  readonly callback?: string;
  readonly nullable?: boolean;
  /** For `elements` and `bytes`: the call writes them. */
  readonly output?: boolean;
}

/** One function. */
export interface FunctionDescriptor {
  readonly name: string;
  /** 1: MXNet's predict API. 2: additions of libpredict, which a library may lack. */
  readonly part: 1 | 2;
  readonly returns: "status" | "code" | "string-view";
  /** The function gives a handle of this kind back. */
  readonly releases?: HandleKind;
  readonly parameters: readonly ParameterDescriptor[];
}

/** One callback type. */
export interface CallbackDescriptor {
  readonly name: string;
  readonly parameters: readonly {
    readonly kind: "string" | "handle" | "opaque";
    readonly handle?: HandleKind;
  }[];
}
