/**
 * One call of one C function: checks and converts the arguments, holds everything that C
 * sees until the call has ended, and turns what C wrote into the result.
 *
 * Invariants: nothing reaches C before every argument is checked; whatever C sees is held by the
 * call's memory until `end`; entered handles are left exactly once.
 */
import type { Address, CallMemory, Cells, LibraryMemory } from "./call-memory.js";
import type { CallSignature, HandleParameter } from "./call-signature.js";
import type { FunctionDescriptor, Length, ParameterDescriptor } from "./descriptor.js";
import { checkArray, checkBytes, checkElements, describe } from "./element-array.js";
import { LPDType } from "./gen/constants.js";
import { type HandleKind, handleClasses } from "./gen/handles.js";
import { type LPError, structLayouts } from "./gen/structs.js";
import { NativeError } from "./native-error.js";
import { handleAccess, makeHandle, type NativeHandle } from "./native-handle.js";
import { checkScalar } from "./scalar-range.js";
import { decodeStruct, encodeStruct, type StructLayout } from "./struct-layout.js";

/** What a call needs to know of the binding it belongs to. */
export interface CallContext {
  /** Identifies the library; handles of another are refused. */
  readonly library: object;
  /** Element type of a tensor that the call reads or writes as `elements`; undefined if nobody knows. */
  elementType(
    descriptor: FunctionDescriptor,
    argument: (name: string) => unknown,
  ): number | undefined;
  /** How many elements a `value` parameter needs; one but for defects of the reference. */
  valueCells(descriptor: FunctionDescriptor, argument: (name: string) => unknown): number;
  /** Makes a C function pointer of a JavaScript function. */
  registerCallback(name: string, callback: unknown): Address;
  readonly memory: LibraryMemory;
}

/** The widest element that a tensor has: float64, int64. */
const largestElementBytes = 8;

export class BindingCall {
  /** The arguments as the library takes them. */
  readonly native: unknown[];
  /** Handles that the call uses, as the signature has them; null where the caller passed null. */
  readonly handles: (NativeHandle | null)[];
  readonly #values: ArrayLike<unknown>;
  // Most calls have none of the following.
  /** What C writes to, by the parameter's name. */
  #cells: Map<string, Cells> | undefined;
  #errorStruct: Cells | undefined;
  #entered = false;

  /**
   * Checks and converts; does not enter the handles yet.
   *
   * @throws {@link NativeError} on the first argument that is not what the header says
   */
  constructor(
    readonly signature: CallSignature,
    values: ArrayLike<unknown>,
    readonly context: CallContext,
    readonly memory: CallMemory,
  ) {
    const { argumentCount, positions, handles } = signature;
    const { parameters } = signature.descriptor;
    this.#values = values;
    if (values.length !== argumentCount)
      throw new NativeError("argument", `takes ${argumentCount} arguments, not ${values.length}`);
    // Handles first: what is wrong with one explains what follows from it.
    this.handles = new Array(handles.length);
    for (let i = 0; i < handles.length; i++)
      this.handles[i] = this.#checkHandle(handles[i] as HandleParameter);
    this.native = new Array(parameters.length);
    for (let i = 0; i < parameters.length; i++) {
      const p = parameters[i] as ParameterDescriptor;
      const position = positions[i] as number;
      this.native[i] = position < 0 ? this.#supply(p) : this.#convert(p, values[position]);
    }
  }

  /** Claims the handles. @throws {@link NativeError} `disposed` or `busy` */
  enter(): void {
    for (let i = 0; i < this.handles.length; i++) {
      const handle = this.handles[i];
      if (!handle) continue;
      const problem = handleAccess.enter(handle, this.#use(i));
      if (problem === undefined) continue;
      this.#leaveFirst(i);
      throw handleError(handle, problem);
    }
    this.#entered = true;
  }

  /** Releases the handles and the memory. */
  end(): void {
    this.memory.close();
    if (!this.#entered) return;
    this.#entered = false;
    this.#leaveFirst(this.handles.length);
  }

  #leaveFirst(count: number): void {
    for (let i = 0; i < count; i++) {
      const handle = this.handles[i];
      if (handle) handleAccess.leave(handle, this.#use(i));
    }
  }

  #use(index: number): HandleParameter["use"] {
    return (this.signature.handles[index] as HandleParameter).use;
  }

  get descriptor(): FunctionDescriptor {
    return this.signature.descriptor;
  }

  argument(name: string): unknown {
    const position = this.signature.positionsByName.get(name);
    return position === undefined ? undefined : this.#values[position];
  }

  /** The error that C wrote into the LPError of this call, if it has one. */
  get writtenError(): LPError | undefined {
    if (!this.#errorStruct) return undefined;
    const bytes = this.#errorStruct.values() as Uint8Array;
    const error = decodeStruct(structLayouts.LPError, bytes) as unknown as LPError;
    return error.code === 0 ? undefined : error;
  }

  /** The results, after a success; brings what C wrote into the caller's arrays. */
  results(): unknown {
    this.memory.copyOut();
    const outs = this.signature.results;
    if (outs.length === 0) return undefined;
    if (outs.length === 1) return this.#result(outs[0] as ParameterDescriptor);
    return Object.fromEntries(outs.map((p) => [p.name, this.#result(p)]));
  }

  // --- arguments ---

  #convert(p: ParameterDescriptor, value: unknown): unknown {
    if (value === null || value === undefined) return this.#convertNull(p, value);
    switch (p.kind) {
      case "scalar":
        checkScalar(p.name, p.type ?? "int", value, this.context.memory.largestSize);
        return value;
      case "string":
        checkString(p.name, value);
        return this.memory.string(value);
      case "strings":
        return this.#convertStrings(p, value);
      case "array":
        checkArray(p.name, value, p.type ?? "int", this.#length(p));
        return this.#pass(value as ArrayBufferView, false);
      case "elements": {
        const length = this.#length(p);
        const type = this.context.elementType(this.descriptor, (name) => this.argument(name));
        checkElements(p.name, value, type ?? LPDType.LP_FLOAT32, length);
        const view = value as ArrayBufferView;
        return this.#pass(type === undefined ? withRoom(view, length) : view, p.output === true);
      }
      case "bytes":
        checkBytes(p.name, value, this.#length(p));
        return this.#pass(value as ArrayBufferView, p.output === true);
      case "handle":
        return handleAccess.addressOf(value as NativeHandle);
      case "struct":
        if (typeof value !== "object")
          throw new NativeError("argument", `${p.name} must be an object, not ${describe(value)}`);
        return this.memory.struct(encodeStruct(layoutOf(p), value)).argument;
      case "callback":
        return this.context.registerCallback(p.callback ?? "", value);
      default:
        throw new NativeError("internal", `${p.name}: cannot pass a ${p.kind}`);
    }
  }

  #convertNull(p: ParameterDescriptor, value: unknown): unknown {
    if (value === undefined || !p.nullable)
      throw new NativeError(
        p.kind === "handle" ? "handle" : "argument",
        `${p.name} must not be ${value === undefined ? "undefined" : "null"}`,
      );
    if (p.kind === "strings" || p.kind === "array") {
      if (!this.#nothingToPoint(p.length))
        throw new NativeError("argument", `${p.name} is null but not empty`);
      return this.memory.empty;
    }
    if (p.kind === "bytes" && this.#length(p) !== 0)
      throw new NativeError("argument", `${p.name} is null but not empty`);
    return this.memory.null;
  }

  /** What C takes for an array: never NULL where it expects none. */
  #pass(view: ArrayBufferView, written: boolean): unknown {
    return view.byteLength === 0 ? this.memory.empty : this.memory.array(view, written);
  }

  #nothingToPoint(length: Length | undefined): boolean {
    if (length?.is !== "parameter") return this.#evaluate(length) === 0;
    return this.argument(length.name) === 0;
  }

  #convertStrings(p: ParameterDescriptor, value: unknown): unknown {
    if (!Array.isArray(value))
      throw new NativeError("argument", `${p.name} must be an array, not ${describe(value)}`);
    const length = this.#length(p);
    if (value.length !== length)
      throw new NativeError("size", `${p.name} has ${value.length} strings, expected ${length}`);
    value.forEach((s, i) => {
      checkString(`${p.name}[${i}]`, s);
    });
    return this.memory.strings(value as string[]);
  }

  #checkHandle({ parameter: p, position, use }: HandleParameter): NativeHandle | null {
    const value = this.#values[position];
    if (value === null && p.nullable) return null;
    if (!handleAccess.isHandle(value))
      throw new NativeError(
        "handle",
        `${p.name} must be a handle of kind "${p.handle}", not ${describe(value)}`,
      );
    if (value.kind !== p.handle)
      throw new NativeError(
        "handle",
        `${p.name} must be a handle of kind "${p.handle}", not of kind "${value.kind}"`,
      );
    if (handleAccess.library(value) !== this.context.library)
      throw new NativeError("handle", `${p.name} belongs to another library`);
    const problem = handleAccess.refusal(value, use);
    // A handle that is being freed may be busy: it is freed later.
    if (problem === "disposed" || (problem && this.descriptor.releases === undefined))
      throw handleError(value, problem);
    return value;
  }

  // --- lengths ---

  #length(p: ParameterDescriptor): number {
    const length = this.#evaluate(p.length);
    if (length < 0)
      throw new NativeError("argument", `${p.name} would have a negative length: ${length}`);
    return length;
  }

  #evaluate(length: Length | undefined): number {
    switch (length?.is) {
      case "parameter": {
        const cells = this.#cells?.get(length.name);
        if (cells) return Number(firstOf(cells)) + length.plus;
        const value = this.argument(length.name);
        const p = this.signature.parametersByName.get(length.name);
        checkScalar(length.name, p?.type ?? "uint32_t", value, this.context.memory.largestSize);
        return Number(value) + length.plus;
      }
      case "element": {
        const array = this.argument(length.array);
        if (array === null) return 0;
        return Number((array as ArrayLike<number>)[Number(this.argument(length.index))]);
      }
      case "pointee":
        return Number(firstOf(this.#cells?.get(length.name) as Cells));
      case "product": {
        const p = this.signature.parametersByName.get(length.name);
        let product = 1;
        for (const dim of this.#result(p as ParameterDescriptor) as Iterable<number | bigint>)
          product *= Number(dim);
        return product;
      }
      default:
        throw new NativeError("internal", "a length is missing");
    }
  }

  // --- results ---

  #supply(p: ParameterDescriptor): unknown {
    switch (p.kind) {
      case "opaque":
        return this.memory.null;
      case "value": {
        const count = this.context.valueCells(this.descriptor, (name) => this.argument(name));
        return this.#cell(p, this.memory.cells(p.type ?? "int", count));
      }
      case "view":
      case "string-view":
      case "handle":
        return this.#cell(p, this.memory.pointers(1));
      case "handles":
        return this.#cell(p, this.memory.pointers(Math.max(1, this.#length(p))));
      case "struct": {
        const struct = this.memory.struct(encodeStruct(layoutOf(p)));
        if (p.role === "supplied") this.#errorStruct = struct;
        return this.#cell(p, struct);
      }
      default:
        throw new NativeError("internal", `${p.name}: cannot supply a ${p.kind}`);
    }
  }

  #cell(p: ParameterDescriptor, cells: Cells): unknown {
    this.#cells ??= new Map();
    this.#cells.set(p.name, cells);
    return cells.argument;
  }

  #result(p: ParameterDescriptor): unknown {
    const cells = this.#cells?.get(p.name) as Cells;
    const { memory } = this.context;
    switch (p.kind) {
      case "value":
        return readValue(p, cells);
      case "view":
        return memory.copyElements(firstOf(cells), p.type ?? "uint8_t", this.#length(p));
      case "string-view":
        return memory.copyString(firstOf(cells));
      case "handle":
        return this.#makeHandle(p.handle, firstOf(cells));
      case "handles":
        return Array.from({ length: this.#length(p) }, (_, i) =>
          this.#makeHandle(p.handle, cells.values()[i] ?? 0),
        );
      case "struct":
        return decodeStruct(layoutOf(p), cells.values() as Uint8Array);
      default:
        throw new NativeError("internal", `${p.name}: cannot return a ${p.kind}`);
    }
  }

  #makeHandle(kind: HandleKind | undefined, address: Address): NativeHandle {
    if (Number(address) === 0 || kind === undefined)
      throw new NativeError("internal", "the library gave a NULL handle");
    return makeHandleOf(kind, address, this.context.library);
  }
}

/** Makes a handle of a kind. */
export function makeHandleOf(kind: HandleKind, address: Address, library: object): NativeHandle {
  const handleClass = handleClasses[kind] as new (
    key: symbol,
    kind: HandleKind,
    address: Address,
    library: object,
  ) => NativeHandle<HandleKind>;
  return makeHandle(handleClass, kind, address, library);
}

/** The error for a handle that cannot be used. */
export function handleError(handle: NativeHandle, problem: "disposed" | "busy"): NativeError {
  return problem === "disposed"
    ? new NativeError("disposed", `the ${handle.kind} handle was freed`)
    : new NativeError("busy", `a running call uses the ${handle.kind} handle`);
}

/** A copy with room for elements of any type, for a library that reads what it does not tell. */
function withRoom(view: ArrayBufferView, length: number): Uint8Array {
  const bytes = new Uint8Array(length * largestElementBytes);
  bytes.set(new Uint8Array(view.buffer, view.byteOffset, view.byteLength));
  return bytes;
}

function layoutOf(p: ParameterDescriptor): StructLayout {
  return structLayouts[p.struct as keyof typeof structLayouts];
}

function firstOf(cells: Cells): number | bigint {
  return cells.values()[0] ?? 0;
}

/** Reads a value; the reference writes some of them to the last cell instead of the first. */
function readValue(p: ParameterDescriptor, cells: Cells): number | bigint | boolean {
  const list = cells.values();
  const value = list[list.length - 1] || list[0] || 0;
  if (p.type === "bool") return Boolean(value);
  return p.type === "int64_t" || p.type === "uint64_t" ? value : Number(value);
}

function checkString(name: string, value: unknown): asserts value is string {
  if (typeof value !== "string")
    throw new NativeError("argument", `${name} must be a string, not ${describe(value)}`);
  const nul = value.indexOf("\0");
  if (nul >= 0)
    throw new NativeError(
      "argument",
      `${name} has a NUL character at ${nul}, where C would end it`,
    );
}
