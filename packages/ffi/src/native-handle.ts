/**
 * Handles as objects: the address never leaves this package, and each handle knows
 * its kind, its library and whether it may be used.
 *
 * Invariants: an address is handed to C only between `enter` and `leave`; the native
 * object is released only when no call holds the handle; after that it is never handed out.
 */
import type { Address } from "./call-memory.js";
import { NativeError } from "./native-error.js";

/** `alive`: may be used. `busy`: a call is running on it. `freed`: given back, or about to be when the running call ends. */
export type HandleState = "alive" | "busy" | "freed";

/**
 * How a call uses a handle. `exclusive`: with no other call but those `alongside`. `shared`: with
 * all but an exclusive one. `alongside`: with any.
 */
export type HandleUse = "exclusive" | "shared" | "alongside";

const creationKey = Symbol("made by the binding");

interface HandleAccess {
  isHandle(value: unknown): value is NativeHandle;
  library(handle: NativeHandle): object;
  addressOf(handle: NativeHandle): Address;
  /** Why a use cannot begin now, if it cannot. */
  refusal(handle: NativeHandle, use: HandleUse): "disposed" | "busy" | undefined;
  /** Begins a use; tells why not, if it cannot. */
  enter(handle: NativeHandle, use: HandleUse): "disposed" | "busy" | undefined;
  /** Ends a use that `enter` began; the last one runs the release that waited. */
  leave(handle: NativeHandle, use: HandleUse): void;
  markFreed(handle: NativeHandle): void;
  unmarkFreed(handle: NativeHandle): void;
  /** Has `release` run when the last use ends. */
  releaseLater(handle: NativeHandle, release: () => void): void;
}

/** What the binding may do with handles and nobody else. */
export let handleAccess: HandleAccess;

/** A native object of one kind. Only the binding makes them. */
export abstract class NativeHandle<Kind extends string = string> {
  /** Which kind of object it is. */
  readonly kind: Kind;
  readonly #address: Address;
  readonly #library: object;
  /** Calls that use the handle, those alongside not counted. */
  #calls = 0;
  #alongside = 0;
  #exclusive = false;
  #freed = false;
  #pendingRelease: (() => void) | undefined;

  /** @hidden */
  constructor(key: symbol, kind: Kind, address: Address, library: object) {
    if (key !== creationKey)
      throw new NativeError("handle", "handles are made by the library only");
    this.kind = kind;
    this.#address = address;
    this.#library = library;
  }

  /** Whether the handle may be used now. */
  get state(): HandleState {
    if (this.#freed) return "freed";
    return this.#calls + this.#alongside > 0 ? "busy" : "alive";
  }

  static {
    handleAccess = {
      isHandle: (value): value is NativeHandle =>
        typeof value === "object" && value !== null && #address in value,
      library: (handle) => handle.#library,
      addressOf: (handle) => handle.#address,
      refusal(handle, use) {
        if (handle.#freed) return "disposed";
        if (use === "alongside") return undefined;
        return handle.#exclusive || (use === "exclusive" && handle.#calls > 0) ? "busy" : undefined;
      },
      enter(handle, use) {
        const problem = handleAccess.refusal(handle, use);
        if (problem !== undefined) return problem;
        if (use === "alongside") handle.#alongside++;
        else {
          handle.#calls++;
          handle.#exclusive = use === "exclusive";
        }
        return undefined;
      },
      leave(handle, use) {
        if (use === "alongside") handle.#alongside--;
        else {
          handle.#calls--;
          handle.#exclusive = false;
        }
        if (handle.#calls + handle.#alongside > 0) return;
        const release = handle.#pendingRelease;
        handle.#pendingRelease = undefined;
        release?.();
      },
      markFreed: (handle) => {
        handle.#freed = true;
      },
      unmarkFreed: (handle) => {
        handle.#freed = false;
      },
      releaseLater(handle, release) {
        handle.#pendingRelease = release;
      },
    };
  }
}

/** Makes a handle of a class. */
export function makeHandle<H extends NativeHandle>(
  handleClass: new (key: symbol, kind: H["kind"], address: Address, library: object) => H,
  kind: H["kind"],
  address: Address,
  library: object,
): H {
  return new handleClass(creationKey, kind, address, library);
}
