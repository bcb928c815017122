/**
 * One call of one C function: checks and converts the arguments, holds everything that C
 * sees until the call has ended, and turns what C wrote into the result.
 *
 * Invariants: nothing reaches C before every argument is checked; whatever C sees is
 * reachable from the `NativeCall` until `finish` or `abandon`; entered handles are left
 * exactly once.
 */
import type { CallSignature, HandleParameter } from "./call-signature.js";
import type { FunctionDescriptor, Length, ParameterDescriptor } from "./descriptor.js";
import { checkArray, checkBytes, checkElements, describe } from "./element-array.js";
import { encodeString } from "./encoded-strings.js";
import { LPDType } from "./gen/constants.js";
import { type HandleKind, handleClasses } from "./gen/handles.js";
import { type LPError, structLayouts } from "./gen/structs.js";
import { NativeError } from "./native-error.js";
import { handleAccess, makeHandle, type NativeHandle } from "./native-handle.js";
import { allocateCells, copyElements, copyString, StringTable } from "./native-memory.js";
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
  registerCallback(name: string, callback: unknown): bigint;
}

/** The widest element that a tensor has: float64, int64. */
const largestElementBytes = 8;

/** Stands in for an empty array, so that C never sees NULL where it expects none. */
const emptyMemory = new BigUint64Array(1);

export class NativeCall {
  /** The arguments as koffi takes them. */
  readonly native: unknown[];
  /** Handles that the call uses, as the signature has them; null where the caller passed null. */
  readonly handles: (NativeHandle | null)[];
  readonly #values: ArrayLike<unknown>;
  // Most calls have none of the following.
  /** What C writes to, by the parameter's name. */
  #cells: Map<string, ArrayBufferView> | undefined;
  /** Memory that `native` only points to. */
  #kept: unknown[] | undefined;
  /** Bytes of each array among `native`, before the call waited. */
  #byteLengths: readonly number[] | undefined;
  #errorStruct: Uint8Array | undefined;
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

  /** Remembers, before a call that may have to wait, what `recheck` compares. */
  noteLengths(): void {
    this.#byteLengths = this.native.map(byteLengthOf);
  }

  /** Makes sure, before a call that had to wait, that no array lost its memory meanwhile. */
  recheck(): void {
    this.#byteLengths?.forEach((byteLength, i) => {
      if (byteLengthOf(this.native[i]) === byteLength) return;
      const name = this.descriptor.parameters[i]?.name;
      throw new NativeError("argument", `${name} was detached before the call began`);
    });
  }

  /** Releases the handles. */
  leave(): void {
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
    const error = decodeStruct(structLayouts.LPError, this.#errorStruct) as unknown as LPError;
    return error.code === 0 ? undefined : error;
  }

  /** The results, after a success. */
  results(): unknown {
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
        checkScalar(p.name, p.type ?? "int", value);
        return value;
      case "string":
        checkString(p.name, value);
        return encodeString(value);
      case "strings":
        return this.#convertStrings(p, value);
      case "array":
        checkArray(p.name, value, p.type ?? "int", this.#length(p));
        return pass(value as ArrayBufferView);
      case "elements": {
        const length = this.#length(p);
        const type = this.context.elementType(this.descriptor, (name) => this.argument(name));
        checkElements(p.name, value, type ?? LPDType.LP_FLOAT32, length);
        const view = value as ArrayBufferView;
        return pass(type === undefined ? withRoom(view, length) : view);
      }
      case "bytes":
        checkBytes(p.name, value, this.#length(p));
        return pass(value as ArrayBufferView);
      case "handle":
        return handleAccess.addressOf(value as NativeHandle);
      case "struct":
        if (typeof value !== "object")
          throw new NativeError("argument", `${p.name} must be an object, not ${describe(value)}`);
        return encodeStruct(layoutOf(p), value);
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
      return emptyMemory;
    }
    if (p.kind === "bytes" && this.#length(p) !== 0)
      throw new NativeError("argument", `${p.name} is null but not empty`);
    return null;
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
    const table = new StringTable(value as string[]);
    this.#kept ??= [];
    this.#kept.push(table);
    return table.pointers;
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
        checkScalar(length.name, p?.type ?? "uint32_t", value);
        return Number(value) + length.plus;
      }
      case "element": {
        const array = this.argument(length.array);
        if (array === null) return 0;
        return Number((array as ArrayLike<number>)[Number(this.argument(length.index))]);
      }
      case "pointee":
        return Number(firstOf(this.#cells?.get(length.name) as ArrayBufferView));
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
        return null;
      case "value": {
        const count = this.context.valueCells(this.descriptor, (name) => this.argument(name));
        return this.#cell(p, allocateCells(p.type ?? "int", count));
      }
      case "view":
      case "string-view":
      case "handle":
        return this.#cell(p, new BigUint64Array(1));
      case "handles":
        return this.#cell(p, allocateCells("uint64_t", Math.max(1, this.#length(p))));
      case "struct": {
        const bytes = encodeStruct(layoutOf(p));
        if (p.role === "supplied") this.#errorStruct = bytes;
        return this.#cell(p, bytes);
      }
      default:
        throw new NativeError("internal", `${p.name}: cannot supply a ${p.kind}`);
    }
  }

  #cell(p: ParameterDescriptor, cells: ArrayBufferView): ArrayBufferView {
    this.#cells ??= new Map();
    this.#cells.set(p.name, cells);
    return cells;
  }

  #result(p: ParameterDescriptor): unknown {
    const cells = this.#cells?.get(p.name) as BigUint64Array;
    switch (p.kind) {
      case "value":
        return readValue(p, cells);
      case "view":
        return copyElements(cells[0] ?? 0n, p.type ?? "uint8_t", this.#length(p));
      case "string-view":
        return copyString(cells[0] ?? 0n);
      case "handle":
        return this.#makeHandle(p.handle, cells[0] ?? 0n);
      case "handles":
        return Array.from(cells.subarray(0, this.#length(p)), (a) => this.#makeHandle(p.handle, a));
      case "struct":
        return decodeStruct(layoutOf(p), cells as unknown as Uint8Array);
      default:
        throw new NativeError("internal", `${p.name}: cannot return a ${p.kind}`);
    }
  }

  #makeHandle(kind: HandleKind | undefined, address: bigint): NativeHandle {
    if (address === 0n || kind === undefined)
      throw new NativeError("internal", "the library gave a NULL handle");
    return makeHandleOf(kind, address, this.context.library);
  }
}

/** Makes a handle of a kind. */
export function makeHandleOf(kind: HandleKind, address: bigint, library: object): NativeHandle {
  const handleClass = handleClasses[kind] as new (
    key: symbol,
    kind: HandleKind,
    address: bigint,
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

/** What koffi takes for an array. */
function pass(view: ArrayBufferView): unknown {
  if (view.byteLength === 0) return emptyMemory;
  return view instanceof DataView
    ? new Uint8Array(view.buffer, view.byteOffset, view.byteLength)
    : view;
}

/** -1 for what is no array. */
function byteLengthOf(value: unknown): number {
  return ArrayBuffer.isView(value) ? value.byteLength : -1;
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

function firstOf(cells: ArrayBufferView): number | bigint {
  return (cells as unknown as ArrayLike<number | bigint>)[0] ?? 0;
}

/** Reads a value; the reference writes some of them to the last cell instead of the first. */
function readValue(p: ParameterDescriptor, cells: ArrayBufferView): number | bigint | boolean {
  const list = cells as unknown as ArrayLike<number | bigint>;
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
