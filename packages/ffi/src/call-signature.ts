/** What follows from a function's descriptor alone: worked out once, because every call needs it. */
import type { FunctionDescriptor, ParameterDescriptor } from "./descriptor.js";
import type { HandleUse } from "./native-handle.js";

/** A handle that the caller passes. */
export interface HandleParameter {
  readonly parameter: ParameterDescriptor;
  /** Where it stands among the arguments. */
  readonly position: number;
  readonly use: HandleUse;
}

export interface CallSignature {
  readonly descriptor: FunctionDescriptor;
  /** How many arguments the caller passes. */
  readonly argumentCount: number;
  /** For each parameter where it stands among the arguments; -1 where the caller does not pass it. */
  readonly positions: readonly number[];
  /** The same by name, of those that the caller passes. */
  readonly positionsByName: ReadonlyMap<string, number>;
  readonly parametersByName: ReadonlyMap<string, ParameterDescriptor>;
  readonly handles: readonly HandleParameter[];
  /** The parameters that are returned. */
  readonly results: readonly ParameterDescriptor[];
  /** Whether the call sets a callback. */
  readonly setsCallback: boolean;
}

export function signatureOf(descriptor: FunctionDescriptor): CallSignature {
  const { parameters } = descriptor;
  const passed = parameters.filter((p) => p.role === "argument");
  return {
    descriptor,
    argumentCount: passed.length,
    positions: parameters.map((p) => passed.indexOf(p)),
    positionsByName: new Map(passed.map((p, position) => [p.name, position])),
    parametersByName: new Map(parameters.map((p) => [p.name, p])),
    handles: passed.flatMap((parameter, position) =>
      parameter.kind === "handle" ? [{ parameter, position, use: useOf(parameter) }] : [],
    ),
    results: parameters.filter((p) => p.role === "result"),
    setsCallback: parameters.some((p) => p.kind === "callback"),
  };
}

function useOf(p: ParameterDescriptor): HandleUse {
  if (p.exclusive) return "exclusive";
  return p.alongside ? "alongside" : "shared";
}
