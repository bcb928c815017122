/**
 * Carries out calls: looks functions up when they are first used, runs them here or on
 * koffi's threads, and turns failures into errors. The generated `Binding` adds one method
 * per function.
 */
import koffi, { type LibraryHandle, type TypeObject } from "koffi";
import { CallQueue } from "./call-queue.js";
import { type CallSignature, signatureOf } from "./call-signature.js";
import type { FunctionDescriptor } from "./descriptor.js";
import * as descriptors from "./gen/descriptors.js";
import { nativeErrorCodes } from "./gen/error-codes.js";
import type { PredictorHandle } from "./gen/handles.js";
import { MonitorCallbacks } from "./monitor-callbacks.js";
import { type CallContext, NativeCall } from "./native-call.js";
import { type ErrorCode, NativeError } from "./native-error.js";
import { handleAccess, type NativeHandle } from "./native-handle.js";
import { copyString } from "./native-memory.js";
import { TensorTypes, type TypeSource } from "./tensor-types.js";

export type { ElementArray } from "./element-array.js";

/** Stack of the threads that run asynchronous calls; koffi's default of 128 KiB is too small for an engine. */
const asyncStackBytes = 1 << 20;
try {
  koffi.config({ async_stack_size: asyncStackBytes });
} catch {
  // Another user of koffi has loaded a library already; asynchronous calls check what is in force.
}

type KoffiFunction = ReturnType<LibraryHandle["func"]>;

/** A function of the library, ready to be called. */
interface Callable {
  readonly run: KoffiFunction;
  readonly signature: CallSignature;
}

const anyPointer: TypeObject = koffi.pointer(koffi.types.void);
const scalarTypes: Readonly<Record<string, TypeObject>> = koffi.types;

/** One queue for all libraries: koffi's limit is one for the process. */
const queue = new CallQueue();
/** Holds running asynchronous calls, and with them every array that C reads. */
const running = new Set<NativeCall>();

/** The largest index for which the reference's defect in MXPredGetOutputType is made room for. */
const maxOutputIndex = 1 << 16;

/** A loaded library. */
export abstract class NativeBinding {
  readonly #library: LibraryHandle;
  /** By name; null for what the library does not have. */
  readonly #functions = new Map<string, Callable | null>();
  #arrayFreeFunction: KoffiFunction | null | undefined;
  readonly #monitors = new MonitorCallbacks(this, () => this.#arrayFree());
  readonly #types = new TensorTypes(this as unknown as TypeSource);
  readonly #context: CallContext = {
    library: this,
    elementType: (descriptor, argument) => {
      const handle = argument("handle") as PredictorHandle;
      return descriptor.name === "MXPredGetOutput"
        ? this.#types.output(handle, argument("index") as number)
        : this.#types.input(handle, argument("key") as string);
    },
    valueCells,
    registerCallback: (name, callback) => this.#monitors.register(name, callback),
  };

  /**
   * Use `loadLibrary`.
   *
   * @hidden
   */
  constructor(
    library: LibraryHandle,
    /** The file that was loaded. */
    readonly path: string,
  ) {
    this.#library = library;
  }

  /** Whether the library has a function. One with part one of the header only lacks those that begin with `LP`. */
  has(name: string): boolean {
    const descriptor = (descriptors as Record<string, FunctionDescriptor>)[name];
    return descriptor !== undefined && this.#find(descriptor) !== null;
  }

  /**
   * Runs a function on this thread.
   *
   * @hidden
   */
  protected call(descriptor: FunctionDescriptor, values: ArrayLike<unknown>): unknown {
    try {
      return this.#callHere(descriptor, values);
    } catch (error) {
      throw named(error, descriptor.name);
    }
  }

  /**
   * Runs a function on a thread of koffi's.
   *
   * @hidden
   */
  protected callAsync(
    descriptor: FunctionDescriptor,
    values: ArrayLike<unknown>,
  ): Promise<unknown> {
    return new Promise<unknown>((resolve, reject) => {
      this.#callElsewhere(descriptor, values, resolve, reject);
    }).catch((error: unknown) => {
      throw named(error, descriptor.name);
    });
  }

  #callHere(descriptor: FunctionDescriptor, values: ArrayLike<unknown>): unknown {
    const { run, signature } = this.#require(descriptor);
    if (descriptor.releases !== undefined) return this.#release(signature, run, values);
    const call = this.#begin(signature, values);
    try {
      const result: unknown = run(...call.native);
      if (signature.setsCallback) this.#monitors.settle(call.handles[0] ?? undefined, result === 0);
      const failed = this.#callbackFailure(call);
      if (failed) throw failed.error;
      if (descriptor.returns === "string-view") return copyString(result as bigint | null);
      if (descriptor.returns === "code") return result;
      if (result !== 0) throw this.#failure(call, false);
      return this.#complete(call);
    } finally {
      call.leave();
    }
  }

  #callElsewhere(
    descriptor: FunctionDescriptor,
    values: ArrayLike<unknown>,
    resolve: (value: unknown) => void,
    reject: (error: unknown) => void,
  ): void {
    const { run, signature } = this.#require(descriptor);
    const stack = koffi.config().async_stack_size ?? 0;
    if (stack < asyncStackBytes)
      throw new NativeError(
        "unavailable",
        `asynchronous calls need a stack of ${asyncStackBytes} bytes, koffi gives ${stack}: load this package before any other library, or set koffi.config({ async_stack_size })`,
      );
    const call = this.#begin(signature, values);
    call.noteLengths();
    running.add(call);
    const end = (settle: () => void): void => {
      try {
        settle();
      } catch (error) {
        reject(error);
      } finally {
        running.delete(call);
        call.leave();
      }
    };
    if (call.handles.some((handle) => handle && this.#monitors.has(handle))) {
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
        call.recheck();
        run.async(...call.native, (error: unknown, status: unknown) => {
          done();
          end(() => {
            if (error) throw error;
            if (status !== 0) throw this.#failure(call, true);
            resolve(this.#complete(call));
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

  /** Gives a handle back: now, or when the call that uses it has ended. */
  #release(signature: CallSignature, run: KoffiFunction, values: ArrayLike<unknown>): unknown {
    const call = new NativeCall(signature, values, this.#context);
    const [handle] = call.handles;
    const free = (): number => run(...call.native) as number;
    if (!handle) {
      if (free() !== 0) throw this.#failure(call, false);
      return undefined;
    }
    if (handle.state === "busy") {
      handleAccess.markFreed(handle);
      // Nobody waits for the outcome any more; freeing a valid handle does not fail.
      handleAccess.releaseLater(handle, () => {
        free();
        this.#monitors.remove(handle);
      });
      return undefined;
    }
    handleAccess.markFreed(handle);
    if (free() !== 0) {
      handleAccess.unmarkFreed(handle);
      throw this.#failure(call, false);
    }
    this.#monitors.remove(handle);
    return undefined;
  }

  #begin(signature: CallSignature, values: ArrayLike<unknown>): NativeCall {
    try {
      const call = new NativeCall(signature, values, this.#context);
      call.enter();
      return call;
    } catch (error) {
      this.#monitors.settle(undefined, false);
      throw error;
    }
  }

  /** The result of a success, and what is to be remembered of it. */
  #complete(call: NativeCall): unknown {
    const result = call.results();
    const { name } = call.descriptor;
    if (name === "MXPredReshape")
      this.#types.inherit(result as NativeHandle, call.argument("handle") as NativeHandle);
    if (name === "MXPredCreateEx" && !this.has("LPPredGetInputInfo"))
      this.#types.remember(
        result as NativeHandle,
        (call.argument("provided_arg_dtype_names") as readonly string[] | null) ?? [],
        (call.argument("provided_arg_dtypes") as Int32Array | null) ?? [],
      );
    return result;
  }

  #callbackFailure(call: NativeCall): { error: unknown } | undefined {
    for (const handle of call.handles) {
      const failure = handle && this.#monitors.takeFailure(handle);
      if (failure) return failure;
    }
    return undefined;
  }

  /** Makes the error of a call that returned -1. */
  #failure(call: NativeCall, elsewhere: boolean): NativeError {
    const written = call.writtenError;
    if (written) return new NativeError(word(written.code), written.text);
    if (!elsewhere) {
      const text = copyString(this.#raw(descriptors.MXGetLastError)?.() as bigint | null);
      const code = this.#raw(descriptors.LPGetErrorCode)?.() as number | undefined;
      return new NativeError(code === undefined ? "unknown" : word(code), text || "failed");
    }
    const predictor = call.handles.find((h) => h?.kind === "predictor");
    const textOf = this.#raw(descriptors.LPPredGetLastError);
    const codeOf = this.#raw(descriptors.LPPredGetErrorCode);
    if (predictor && textOf && codeOf) {
      const address = handleAccess.addressOf(predictor);
      return new NativeError(
        word(codeOf(address) as number),
        copyString(textOf(address) as bigint | null) || "failed",
      );
    }
    return new NativeError(
      "unknown",
      "failed; the library keeps the reason on the thread that ran the call (it has no LPPredGetLastError). The synchronous form tells it.",
    );
  }

  // --- functions ---

  #raw(descriptor: FunctionDescriptor): KoffiFunction | undefined {
    return this.#find(descriptor)?.run;
  }

  #require(descriptor: FunctionDescriptor): Callable {
    const found = this.#find(descriptor);
    if (found) return found;
    const part = descriptor.part === 2 ? " (it has only MXNet's part of the header)" : "";
    throw new NativeError("unavailable", `${this.path} does not have this function${part}`);
  }

  #find(descriptor: FunctionDescriptor): Callable | null {
    let found = this.#functions.get(descriptor.name);
    if (found === undefined) {
      const run = this.#lookUp(descriptor);
      found = run && { run, signature: signatureOf(descriptor) };
      this.#functions.set(descriptor.name, found);
    }
    return found;
  }

  /** MXNet's own function, which the header does not have, for what its monitor hands over. */
  #arrayFree(): ((array: bigint) => void) | undefined {
    if (this.#arrayFreeFunction === undefined) {
      const name = "MXNDArrayFree";
      try {
        this.#library.symbol(name);
        this.#arrayFreeFunction = this.#library.func(name, scalarTypes["int"] as TypeObject, [
          anyPointer,
        ]);
      } catch {
        this.#arrayFreeFunction = null;
      }
    }
    return this.#arrayFreeFunction ?? undefined;
  }

  #lookUp(descriptor: FunctionDescriptor): KoffiFunction | null {
    const result =
      descriptor.returns === "string-view" ? anyPointer : (scalarTypes["int"] as TypeObject);
    const parameters = descriptor.parameters.map((p) =>
      p.kind === "scalar" ? (scalarTypes[p.type ?? "int"] as TypeObject) : anyPointer,
    );
    try {
      this.#library.symbol(descriptor.name);
    } catch {
      return null;
    }
    return this.#library.func(descriptor.name, result, parameters);
  }
}

/** The reference writes element `out_index` of what should be one integer. */
function valueCells(descriptor: FunctionDescriptor, argument: (name: string) => unknown): number {
  if (descriptor.name !== "MXPredGetOutputType") return 1;
  const index = argument("out_index");
  if (typeof index !== "number" || !(index >= 0)) return 1;
  if (index > maxOutputIndex)
    throw new NativeError("index", `out_index ${index} is beyond ${maxOutputIndex}`);
  return index + 1;
}

function word(code: number): ErrorCode {
  return nativeErrorCodes[code] ?? "unknown";
}

/** Adds the function's name to an error of ours; leaves what a callback threw alone. */
function named(error: unknown, functionName: string): unknown {
  if (!(error instanceof NativeError) || error.functionName !== undefined) return error;
  const { cause } = error;
  return new NativeError(
    error.code,
    error.message,
    functionName,
    cause === undefined ? {} : { cause },
  );
}
