/** Questions about the description that every language's back end asks. */
import {
  type Api,
  type ApiFunction,
  type CType,
  formatCType,
  type Parameter,
  type ScalarType,
} from "../api-description.js";

/** Looks up what types and kinds stand for. */
export class ApiIndex {
  readonly #aliases: Map<string, ScalarType>;
  readonly #handles: Map<string, string>;

  constructor(api: Api) {
    this.#aliases = new Map(api.aliases.map((a) => [a.name, a.type]));
    this.#handles = new Map(api.handles.map((h) => [h.kind, h.name]));
  }

  /** The scalar behind a base type; undefined for void. */
  scalar(type: CType): ScalarType | undefined {
    return type.base === "void"
      ? undefined
      : (this.#aliases.get(type.base) ?? (type.base as ScalarType));
  }

  /** The C name of the handles of a kind: `PredictorHandle` for `predictor`. */
  handle(kind: string): string {
    const name = this.#handles.get(kind);
    if (!name) throw new Error(`no handle of kind "${kind}"`);
    return name;
  }
}

/**
 * Who deals with a parameter in a binding: the caller passes an `argument`, the binding returns a
 * `result`, and what is `supplied` nobody sees (user pointers; an LPError, which becomes the error).
 */
export type ParameterRole = "argument" | "result" | "supplied";

export function parameterRole(p: Parameter): ParameterRole {
  if (p.kind === "opaque" || p.struct === "LPError") return "supplied";
  if (p.direction === "in") return "argument";
  // Memory that the call fills is the caller's; everything else that it writes is returned.
  return p.kind === "array" || p.kind === "elements" || p.kind === "bytes" ? "argument" : "result";
}

/** `LP_ERROR_BAD_SHAPE` becomes `bad-shape`; undefined for what is no error. */
export function errorCodeName(constant: string): string | undefined {
  const match = /^LP_ERROR_(\w+)$/.exec(constant);
  return match?.[1]?.toLowerCase().replaceAll("_", "-");
}

/** The function as C declares it, on one line. */
export function prototypeOf(f: ApiFunction): string {
  const list = f.parameters.map((p) => formatCType(p.type, p.name)).join(", ");
  return `${formatCType(f.returns.type, f.name)}(${list || "void"});`;
}

/** The functions that give handles back, each with the kind that it frees. */
export function releasedKinds(api: Api): ReadonlyMap<string, string> {
  return new Map(api.handles.flatMap((h) => (h.release ? [[h.release, h.kind]] : [])));
}
