/** The binding over a native library: koffi calls it, here or on threads of its own. */
import koffi, { type LibraryHandle, type TypeObject } from "koffi";
import type { BindingCall } from "./binding-call.js";
import type { LibraryAccess, LibraryFunction } from "./binding-runtime.js";
import type { Address } from "./call-memory.js";
import { CallQueue } from "./call-queue.js";
import type { FunctionDescriptor } from "./descriptor.js";
import { Binding } from "./gen/binding.js";
import type { CallbackFunctions } from "./monitor-callbacks.js";
import { NativeError } from "./native-error.js";
import { nativeMemory } from "./native-memory.js";

/** Stack of the threads that run asynchronous calls; koffi's default of 128 KiB is too small for an engine. */
const asyncStackBytes = 1 << 20;
try {
  koffi.config({ async_stack_size: asyncStackBytes });
} catch {
  // Another user of koffi has loaded a library already; asynchronous calls check what is in force.
}

type KoffiFunction = ReturnType<LibraryHandle["func"]>;

const anyPointer: TypeObject = koffi.pointer(koffi.types.void);
const scalarTypes: Readonly<Record<string, TypeObject>> = koffi.types;
const int = scalarTypes["int"] as TypeObject;
// Without a name: koffi's type names are global, and declaring one twice throws.
const callbackPointer = koffi.pointer(
  koffi.proto(koffi.types.void, [anyPointer, anyPointer, anyPointer]),
);

/** One queue for all libraries: koffi's limit is one for the process. */
const queue = new CallQueue();
/** Holds running asynchronous calls, and with them every array that C reads. */
const running = new Set<BindingCall>();

/** A native library that koffi has loaded. */
export class NativeBinding extends Binding {
  /**
   * Use `loadLibrary`.
   *
   * @hidden
   */
  constructor(library: LibraryHandle, path: string) {
    super(accessTo(library), path);
  }

  /**
   * Runs a function on a thread of koffi's.
   *
   * @hidden
   */
  protected override callElsewhere(
    descriptor: FunctionDescriptor,
    values: ArrayLike<unknown>,
    resolve: (value: unknown) => void,
    reject: (error: unknown) => void,
  ): void {
    const { run, signature } = this.require(descriptor);
    const stack = koffi.config().async_stack_size ?? 0;
    if (stack < asyncStackBytes)
      throw new NativeError(
        "unavailable",
        `asynchronous calls need a stack of ${asyncStackBytes} bytes, koffi gives ${stack}: load this package before any other library, or set koffi.config({ async_stack_size })`,
      );
    const call = this.begin(signature, values);
    const byteLengths = call.native.map(byteLengthOf);
    running.add(call);
    const end = (settle: () => void): void => {
      try {
        settle();
      } catch (error) {
        reject(error);
      } finally {
        running.delete(call);
        call.end();
      }
    };
    if (this.monitored(call)) {
      end(() => {
        throw new NativeError(
          "busy",
          "the predictor has a monitor callback, which can run on this thread only: take it away first",
        );
      });
      return;
    }
    queue.submit(
      (done) => {
        checkLengths(call, byteLengths);
        (run as KoffiFunction).async(...call.native, (error: unknown, status: unknown) => {
          done();
          end(() => {
            if (error) throw error;
            if (status !== 0) throw this.failure(call, true);
            resolve(this.complete(call));
          });
        });
      },
      (error) => {
        end(() => {
          throw error;
        });
      },
    );
  }
}

/** -1 for what is no array. */
function byteLengthOf(value: unknown): number {
  return ArrayBuffer.isView(value) ? value.byteLength : -1;
}

/** Makes sure, before a call that had to wait, that no array lost its memory meanwhile. */
function checkLengths(call: BindingCall, byteLengths: readonly number[]): void {
  byteLengths.forEach((byteLength, i) => {
    if (byteLengthOf(call.native[i]) === byteLength) return;
    const name = call.descriptor.parameters[i]?.name;
    throw new NativeError("argument", `${name} was detached before the call began`);
  });
}

function accessTo(library: LibraryHandle): LibraryAccess {
  return {
    memory: nativeMemory,
    callbacks: callbacksOf(library),
    lookUp(descriptor): LibraryFunction | undefined {
      const parameters = descriptor.parameters.map((p) =>
        p.kind === "scalar" ? (scalarTypes[p.type ?? "int"] as TypeObject) : anyPointer,
      );
      const result = descriptor.returns === "string-view" ? anyPointer : int;
      return find(library, descriptor.name, result, parameters);
    },
  };
}

function callbacksOf(library: LibraryHandle): CallbackFunctions {
  let arrayFree: KoffiFunction | null | undefined;
  return {
    make: (run: (...values: Address[]) => void) => koffi.register(run, callbackPointer),
    remove: (pointer) => koffi.unregister(pointer as bigint),
    giveBack(array) {
      // MXNet's own function, which the header does not have, for what its monitor hands over.
      if (arrayFree === undefined)
        arrayFree = find(library, "MXNDArrayFree", int, [anyPointer]) ?? null;
      arrayFree?.(array);
    },
  };
}

function find(
  library: LibraryHandle,
  name: string,
  result: TypeObject,
  parameters: TypeObject[],
): KoffiFunction | undefined {
  try {
    library.symbol(name);
  } catch {
    return undefined;
  }
  return library.func(name, result, parameters);
}
