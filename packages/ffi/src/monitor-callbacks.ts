/**
 * Monitor callbacks: JavaScript functions as C function pointers, one per predictor.
 * An exception never unwinds through C: it is kept and thrown when the forward is over.
 */
import { makeHandleOf } from "./binding-call.js";
import type { Address, LibraryMemory } from "./call-memory.js";
import { callbackDescriptors } from "./gen/callbacks.js";
import { NativeError } from "./native-error.js";
import { handleAccess, type NativeHandle } from "./native-handle.js";

/** JavaScript functions as function pointers of C. */
export interface CallbackFunctions {
  /** Makes a C function of three pointers. */
  make(run: (...values: Address[]) => void): Address;
  /** C does not have the pointer any more. */
  remove(pointer: Address): void;
  /** Frees an array that was given to a callback: MXNet's own library hands arrays over. Nothing where the library lends. */
  giveBack(array: Address): void;
}

interface Registered {
  pointer: Address;
  failure: { error: unknown } | undefined;
}

export class MonitorCallbacks {
  readonly #active = new WeakMap<NativeHandle, Registered>();
  /** Made for a call that has not ended yet. */
  #pending: Registered | undefined;

  /** @param library - what the lent arrays belong to */
  constructor(
    readonly library: object,
    readonly memory: LibraryMemory,
    readonly functions: CallbackFunctions,
  ) {}

  /** Makes the C function pointer for a callback. */
  register(name: string, callback: unknown): Address {
    const descriptor = callbackDescriptors[name as keyof typeof callbackDescriptors];
    if (typeof callback !== "function" || !descriptor)
      throw new NativeError("argument", `a ${name} must be a function`);
    const entry: Registered = { pointer: 0, failure: undefined };
    entry.pointer = this.functions.make((...values) => {
      const lent: NativeHandle[] = [];
      try {
        const shown = descriptor.parameters.flatMap((p, i): unknown[] => {
          if (p.kind === "opaque") return [];
          if (p.kind === "string") return [this.memory.copyString(values[i] ?? 0)];
          const handle = makeHandleOf(p.handle ?? "ndarray", values[i] ?? 0, this.library);
          lent.push(handle);
          return [handle];
        });
        if (!entry.failure) (callback as (...shown: unknown[]) => void)(...shown);
      } catch (error) {
        entry.failure = { error };
      } finally {
        for (const handle of lent) {
          handleAccess.markFreed(handle);
          this.functions.giveBack(handleAccess.addressOf(handle));
        }
      }
    });
    this.#pending = entry;
    return entry.pointer;
  }

  /** Ends the call that sets a callback: the new one takes the place of the old, or goes. */
  settle(handle: NativeHandle | undefined, success: boolean): void {
    const made = this.#pending;
    this.#pending = undefined;
    if (!success || !handle) {
      if (made) this.functions.remove(made.pointer);
      return;
    }
    this.remove(handle);
    if (made) this.#active.set(handle, made);
  }

  /** Whether a forward of the handle would call JavaScript. */
  has(handle: NativeHandle): boolean {
    return this.#active.has(handle);
  }

  /** Takes the exception out that a callback threw during the call that just ended. */
  takeFailure(handle: NativeHandle): { error: unknown } | undefined {
    const entry = this.#active.get(handle);
    const failure = entry?.failure;
    if (entry) entry.failure = undefined;
    return failure;
  }

  /** Gives the function pointer of a handle back. */
  remove(handle: NativeHandle): void {
    const entry = this.#active.get(handle);
    if (!entry) return;
    this.#active.delete(handle);
    this.functions.remove(entry.pointer);
  }
}
