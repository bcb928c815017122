/**
 * Carries out calls, whatever the library is made of: checks, handles, failures. Knows no koffi
 * and no Node. The generated `Binding` adds one method per function, a class below it the library.
 */
import { BindingCall, type CallContext } from "./binding-call.js";
import type { LibraryMemory } from "./call-memory.js";
import { type CallSignature, signatureOf } from "./call-signature.js";
import type { FunctionDescriptor } from "./descriptor.js";
import * as descriptors from "./gen/descriptors.js";
import { nativeErrorCodes } from "./gen/error-codes.js";
import type { PredictorHandle } from "./gen/handles.js";
import { type CallbackFunctions, MonitorCallbacks } from "./monitor-callbacks.js";
import { type ErrorCode, NativeError } from "./native-error.js";
import { handleAccess, type NativeHandle } from "./native-handle.js";
import { TensorTypes, type TypeSource } from "./tensor-types.js";

/** A function of a library, called with what its memory makes of the arguments. */
export type LibraryFunction = (...values: unknown[]) => unknown;

/** A function of the library, ready to be called. */
export interface Callable {
  readonly run: LibraryFunction;
  readonly signature: CallSignature;
}

/** What a binding needs of the library that it calls. */
export interface LibraryAccess {
  readonly memory: LibraryMemory;
  readonly callbacks: CallbackFunctions;
  /** Undefined: the library does not have it. */
  lookUp(descriptor: FunctionDescriptor): LibraryFunction | undefined;
}

/** The largest index for which the reference's defect in MXPredGetOutputType is made room for. */
const maxOutputIndex = 1 << 16;

/** A loaded library. */
export abstract class BindingRuntime {
  readonly #library: LibraryAccess;
  /** By name; null for what the library does not have. */
  readonly #functions = new Map<string, Callable | null>();
  readonly #monitors: MonitorCallbacks;
  readonly #types = new TensorTypes(this as unknown as TypeSource);
  readonly #context: CallContext;

  /** @hidden */
  constructor(
    library: LibraryAccess,
    /** The file that was loaded. */
    readonly path: string,
  ) {
    this.#library = library;
    this.#monitors = new MonitorCallbacks(this, library.memory, library.callbacks);
    this.#context = {
      library: this,
      elementType: (descriptor, argument) => {
        const handle = argument("handle") as PredictorHandle;
        return descriptor.name === "MXPredGetOutput"
          ? this.#types.output(handle, argument("index") as number)
          : this.#types.input(handle, argument("key") as string);
      },
      valueCells,
      registerCallback: (name, callback) => this.#monitors.register(name, callback),
      memory: library.memory,
    };
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
   * Runs a function, on another thread where the library can.
   *
   * @hidden
   */
  protected callAsync(
    descriptor: FunctionDescriptor,
    values: ArrayLike<unknown>,
  ): Promise<unknown> {
    return new Promise<unknown>((resolve, reject) => {
      this.callElsewhere(descriptor, values, resolve, reject);
    }).catch((error: unknown) => {
      throw named(error, descriptor.name);
    });
  }

  /**
   * What `callAsync` does; what it throws rejects.
   *
   * @hidden
   */
  protected abstract callElsewhere(
    descriptor: FunctionDescriptor,
    values: ArrayLike<unknown>,
    resolve: (value: unknown) => void,
    reject: (error: unknown) => void,
  ): void;

  #callHere(descriptor: FunctionDescriptor, values: ArrayLike<unknown>): unknown {
    const { run, signature } = this.require(descriptor);
    if (descriptor.releases !== undefined) return this.#release(signature, run, values);
    const call = this.begin(signature, values);
    try {
      const result: unknown = run(...call.native);
      if (signature.setsCallback) this.#monitors.settle(call.handles[0] ?? undefined, result === 0);
      const failed = this.#callbackFailure(call);
      if (failed) throw failed.error;
      if (descriptor.returns === "string-view")
        return this.#library.memory.copyString(result as bigint | null);
      if (descriptor.returns === "code") return result;
      if (result !== 0) throw this.failure(call, false);
      return this.complete(call);
    } finally {
      call.end();
    }
  }

  /** Gives a handle back: now, or when the call that uses it has ended. */
  #release(signature: CallSignature, run: LibraryFunction, values: ArrayLike<unknown>): unknown {
    const call = this.#make(signature, values);
    try {
      const [handle] = call.handles;
      const free = (): number => run(...call.native) as number;
      if (!handle) {
        if (free() !== 0) throw this.failure(call, false);
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
        throw this.failure(call, false);
      }
      this.#monitors.remove(handle);
      return undefined;
    } finally {
      call.end();
    }
  }

  #make(signature: CallSignature, values: ArrayLike<unknown>): BindingCall {
    const memory = this.#library.memory.open();
    try {
      return new BindingCall(signature, values, this.#context, memory);
    } catch (error) {
      memory.close();
      throw error;
    }
  }

  /**
   * Checks the arguments and claims the handles; `end` of the call gives them back.
   *
   * @hidden
   */
  protected begin(signature: CallSignature, values: ArrayLike<unknown>): BindingCall {
    try {
      const call = this.#make(signature, values);
      try {
        call.enter();
      } catch (error) {
        call.end();
        throw error;
      }
      return call;
    } catch (error) {
      this.#monitors.settle(undefined, false);
      throw error;
    }
  }

  /**
   * Whether the call would run a monitor callback.
   *
   * @hidden
   */
  protected monitored(call: BindingCall): boolean {
    return call.handles.some((handle) => handle && this.#monitors.has(handle));
  }

  /**
   * The result of a success, and what is to be remembered of it.
   *
   * @hidden
   */
  protected complete(call: BindingCall): unknown {
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

  #callbackFailure(call: BindingCall): { error: unknown } | undefined {
    for (const handle of call.handles) {
      const failure = handle && this.#monitors.takeFailure(handle);
      if (failure) return failure;
    }
    return undefined;
  }

  /**
   * Makes the error of a call that returned -1.
   *
   * @param elsewhere - whether it ran on another thread, whose last error is not seen here
   * @hidden
   */
  protected failure(call: BindingCall, elsewhere: boolean): NativeError {
    const written = call.writtenError;
    if (written) return new NativeError(word(written.code), written.text);
    const { memory } = this.#library;
    if (!elsewhere) {
      const text = memory.copyString(this.#raw(descriptors.MXGetLastError)?.() as bigint | null);
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
        memory.copyString(textOf(address) as bigint | null) || "failed",
      );
    }
    return new NativeError(
      "unknown",
      "failed; the library keeps the reason on the thread that ran the call (it has no LPPredGetLastError). The synchronous form tells it.",
    );
  }

  // --- functions ---

  #raw(descriptor: FunctionDescriptor): LibraryFunction | undefined {
    return this.#find(descriptor)?.run;
  }

  /**
   * @throws {@link NativeError} `unavailable`
   * @hidden
   */
  protected require(descriptor: FunctionDescriptor): Callable {
    const found = this.#find(descriptor);
    if (found) return found;
    const part = descriptor.part === 2 ? " (it has only MXNet's part of the header)" : "";
    throw new NativeError("unavailable", `${this.path} does not have this function${part}`);
  }

  #find(descriptor: FunctionDescriptor): Callable | null {
    let found = this.#functions.get(descriptor.name);
    if (found === undefined) {
      const run = this.#library.lookUp(descriptor);
      found = run ? { run, signature: signatureOf(descriptor) } : null;
      this.#functions.set(descriptor.name, found);
    }
    return found;
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
