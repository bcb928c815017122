/**
 * One call of one C function: checks and converts the arguments, holds everything that C
 * sees until the call has ended, and turns what C wrote into the result.
 *
 * Invariants: nothing reaches C before every argument is checked; whatever C sees is
 * reachable from the `NativeCall` until `finish` or `abandon`; entered handles are left
 * exactly once.
 */
import type { FunctionDescriptor, Length, ParameterDescriptor } from "./descriptor.js";
import { checkArray, checkBytes, checkElements, describe } from "./element-array.js";
import { LPDType } from "./gen/constants.js";
import { type HandleKind, handleClasses } from "./gen/handles.js";
import { type LPError, structLayouts } from "./gen/structs.js";
import { NativeError } from "./native-error.js";
import { type HandleUse, handleAccess, makeHandle, type NativeHandle } from "./native-handle.js";
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
  readonly native: unknown[] = [];
  /** Handles that the call uses. */
  readonly handles: NativeHandle[] = [];
  readonly #arguments = new Map<string, unknown>();
  readonly #cells = new Map<string, ArrayBufferView>();
  /** Memory that `native` only points to. */
  readonly #kept: unknown[] = [];
  readonly #views: { name: string; view: ArrayBufferView; byteLength: number }[] = [];
  /** How each of the handles is used. */
  readonly #uses: HandleUse[] = [];
  #errorStruct: Uint8Array | undefined;
  #entered = false;

  /**
   * Checks and converts; does not enter the handles yet.
   *
   * @throws {@link NativeError} on the first argument that is not what the header says
   */
  constructor(
    readonly descriptor: FunctionDescriptor,
    values: ArrayLike<unknown>,
    readonly context: CallContext,
  ) {
    const expected = descriptor.parameters.filter((p) => p.role === "argument");
    if (values.length !== expected.length)
      throw new NativeError("argument", `takes ${expected.length} arguments, not ${values.length}`);
    expected.forEach((p, i) => {
      this.#arguments.set(p.name, values[i]);
    });
    // Handles first: what is wrong with one explains what follows from it.
    for (const p of expected) if (p.kind === "handle") this.#checkHandle(p);
    for (const p of descriptor.parameters) this.native.push(this.#convert(p));
  }

  /** Claims the handles. @throws {@link NativeError} `disposed` or `busy` */
  enter(): void {
    this.handles.forEach((handle, i) => {
      const problem = handleAccess.enter(handle, this.#use(i));
      if (problem === undefined) return;
      for (let j = 0; j < i; j++) handleAccess.leave(this.handles[j] as NativeHandle, this.#use(j));
      throw handleError(handle, problem);
    });
    this.#entered = true;
  }

  /** Makes sure, before a call that had to wait, that no array lost its memory meanwhile. */
  recheck(): void {
    for (const { name, view, byteLength } of this.#views)
      if (view.byteLength !== byteLength)
        throw new NativeError("argument", `${name} was detached before the call began`);
  }

  /** Releases the handles. */
  leave(): void {
    if (!this.#entered) return;
    this.#entered = false;
    this.handles.forEach((handle, i) => {
      handleAccess.leave(handle, this.#use(i));
    });
  }

  #use(index: number): HandleUse {
    return this.#uses[index] ?? "exclusive";
  }

  argument(name: string): unknown {
    return this.#arguments.get(name);
  }

  /** The error that C wrote into the LPError of this call, if it has one. */
  get writtenError(): LPError | undefined {
    if (!this.#errorStruct) return undefined;
    const error = decodeStruct(structLayouts.LPError, this.#errorStruct) as unknown as LPError;
    return error.code === 0 ? undefined : error;
  }

  /** The results, after a success. */
  results(): unknown {
    const outs = this.descriptor.parameters.filter((p) => p.role === "result");
    if (outs.length === 0) return undefined;
    if (outs.length === 1) return this.#result(outs[0] as ParameterDescriptor);
    return Object.fromEntries(outs.map((p) => [p.name, this.#result(p)]));
  }

  // --- arguments ---

  #convert(p: ParameterDescriptor): unknown {
    if (p.role !== "argument") return this.#supply(p);
    const value = this.#arguments.get(p.name);
    if (value === null || value === undefined) return this.#convertNull(p, value);
    switch (p.kind) {
      case "scalar":
        checkScalar(p.name, p.type ?? "int", value);
        return value;
      case "string":
        return this.#keep(encodeString(p.name, value));
      case "strings":
        return this.#convertStrings(p, value);
      case "array":
        checkArray(p.name, value, p.type ?? "int", this.#length(p));
        return this.#pass(p, value as ArrayBufferView);
      case "elements": {
        const length = this.#length(p);
        const type = this.context.elementType(this.descriptor, (name) => this.argument(name));
        checkElements(p.name, value, type ?? LPDType.LP_FLOAT32, length);
        const view = value as ArrayBufferView;
        return this.#pass(p, type === undefined ? withRoom(view, length) : view);
      }
      case "bytes":
        checkBytes(p.name, value, this.#length(p));
        return this.#pass(p, value as ArrayBufferView);
      case "handle":
        return handleAccess.addressOf(value as NativeHandle);
      case "struct":
        if (typeof value !== "object")
          throw new NativeError("argument", `${p.name} must be an object, not ${describe(value)}`);
        return this.#keep(encodeStruct(layoutOf(p), value));
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
    this.#kept.push(table);
    return table.pointers;
  }

  #pass(p: ParameterDescriptor, view: ArrayBufferView): unknown {
    if (view.byteLength === 0) return emptyMemory;
    this.#views.push({ name: p.name, view, byteLength: view.byteLength });
    return ArrayBuffer.isView(view) && view instanceof DataView
      ? new Uint8Array(view.buffer, view.byteOffset, view.byteLength)
      : view;
  }

  #keep<T>(value: T): T {
    this.#kept.push(value);
    return value;
  }

  #checkHandle(p: ParameterDescriptor): void {
    const value = this.#arguments.get(p.name);
    if (value === null && p.nullable) return;
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
    const use = useOf(p);
    const problem = handleAccess.refusal(value, use);
    // A handle that is being freed may be busy: it is freed later.
    if (problem === "disposed" || (problem && this.descriptor.releases === undefined))
      throw handleError(value, problem);
    this.handles.push(value);
    this.#uses.push(use);
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
        const cells = this.#cells.get(length.name);
        const value = cells ? firstOf(cells) : this.#arguments.get(length.name);
        const p = this.descriptor.parameters.find((q) => q.name === length.name);
        if (!cells) checkScalar(length.name, p?.type ?? "uint32_t", value);
        return Number(value) + length.plus;
      }
      case "element": {
        const array = this.#arguments.get(length.array);
        if (array === null) return 0;
        return Number((array as ArrayLike<number>)[Number(this.#arguments.get(length.index))]);
      }
      case "pointee":
        return Number(firstOf(this.#cells.get(length.name) as ArrayBufferView));
      case "product": {
        const p = this.descriptor.parameters.find((q) => q.name === length.name);
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
    this.#cells.set(p.name, cells);
    return cells;
  }

  #result(p: ParameterDescriptor): unknown {
    const cells = this.#cells.get(p.name) as BigUint64Array;
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

/** A copy with room for elements of any type, for a library that reads what it does not tell. */
function withRoom(view: ArrayBufferView, length: number): Uint8Array {
  const bytes = new Uint8Array(length * largestElementBytes);
  bytes.set(new Uint8Array(view.buffer, view.byteOffset, view.byteLength));
  return bytes;
}

function useOf(p: ParameterDescriptor): HandleUse {
  if (p.exclusive) return "exclusive";
  return p.alongside ? "alongside" : "shared";
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

function encodeString(name: string, value: unknown): Buffer {
  checkString(name, value);
  return Buffer.from(`${value}\0`);
}
