/**
 * Monitor callbacks: JavaScript functions as C function pointers, one per predictor.
 * An exception never unwinds through C: it is kept and thrown when the forward is over.
 */
import koffi from "koffi";
import { callbackDescriptors } from "./gen/callbacks.js";
import { makeHandleOf } from "./native-call.js";
import { NativeError } from "./native-error.js";
import { handleAccess, type NativeHandle } from "./native-handle.js";
import { copyString } from "./native-memory.js";

interface Registered {
  pointer: bigint;
  failure: { error: unknown } | undefined;
}

const anyPointer = koffi.pointer(koffi.types.void);
// Without a name: koffi's type names are global, and declaring one twice throws.
const callbackPointer = koffi.pointer(
  koffi.proto(koffi.types.void, [anyPointer, anyPointer, anyPointer]),
);

export class MonitorCallbacks {
  readonly #active = new WeakMap<NativeHandle, Registered>();
  /** Made for a call that has not ended yet. */
  #pending: Registered | undefined;

  /**
   * @param library - what the lent arrays belong to
   * @param giveBack - MXNet's own library hands arrays over instead of lending them: this frees
   *   one. Undefined where the library lends.
   */
  constructor(
    readonly library: object,
    readonly giveBack: () => ((array: bigint) => void) | undefined,
  ) {}

  /** Makes the C function pointer for a callback. */
  register(name: string, callback: unknown): bigint {
    const descriptor = callbackDescriptors[name as keyof typeof callbackDescriptors];
    if (typeof callback !== "function" || !descriptor)
      throw new NativeError("argument", `a ${name} must be a function`);
    const entry: Registered = { pointer: 0n, failure: undefined };
    entry.pointer = koffi.register((...values: bigint[]) => {
      const lent: NativeHandle[] = [];
      try {
        const shown = descriptor.parameters.flatMap((p, i): unknown[] => {
          if (p.kind === "opaque") return [];
          if (p.kind === "string") return [copyString(values[i] ?? 0n)];
          const handle = makeHandleOf(p.handle ?? "ndarray", values[i] ?? 0n, this.library);
          lent.push(handle);
          return [handle];
        });
        if (!entry.failure) (callback as (...shown: unknown[]) => void)(...shown);
      } catch (error) {
        entry.failure = { error };
      } finally {
        for (const handle of lent) {
          handleAccess.markFreed(handle);
          this.giveBack()?.(handleAccess.addressOf(handle));
        }
      }
    }, callbackPointer);
    this.#pending = entry;
    return entry.pointer;
  }

  /** Ends the call that sets a callback: the new one takes the place of the old, or goes. */
  settle(handle: NativeHandle | undefined, success: boolean): void {
    const made = this.#pending;
    this.#pending = undefined;
    if (!success || !handle) {
      if (made) koffi.unregister(made.pointer);
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
    koffi.unregister(entry.pointer);
  }
}
