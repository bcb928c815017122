/// <reference lib="esnext.disposable" preserve="true" />
/**
 * The binding without a library: checks, handles and errors of every call, for a library in
 * whatever memory. Needs neither koffi nor Node; `@libpredict/wasm` is made of it.
 *
 * @packageDocumentation
 */
export {
  BindingRuntime,
  type Callable,
  type LibraryAccess,
  type LibraryFunction,
} from "./binding-runtime.js";
export type { Address, CallMemory, Cells, LibraryMemory } from "./call-memory.js";
export type { FunctionDescriptor, ScalarName } from "./descriptor.js";
export type { ElementArray } from "./element-array.js";
export { Binding } from "./gen/binding.js";
export type { PredMonitorCallback } from "./gen/callbacks.js";
export { LPDType, LPErrorCode, LPPass } from "./gen/constants.js";
export { nativeErrorCodes } from "./gen/error-codes.js";
export type { LPModelHandle, NDArrayHandle, NDListHandle, PredictorHandle } from "./gen/handles.js";
export type { CallbackFunctions } from "./monitor-callbacks.js";
export { type ErrorCode, type LoadAttempt, LoadError, NativeError } from "./native-error.js";
