/// <reference lib="esnext.disposable" preserve="true" />
/**
 * Low-level binding of libpredict's C header: one function to one function, C names kept,
 * every pointer, length and handle checked before C sees it.
 *
 * @packageDocumentation
 */
export { BindingRuntime } from "./binding-runtime.js";
export type { ElementArray } from "./element-array.js";
export { Binding } from "./gen/binding.js";
export type { PredMonitorCallback } from "./gen/callbacks.js";
export { LPDType, LPErrorCode, LPPass } from "./gen/constants.js";
export type { NativeErrorCode } from "./gen/error-codes.js";
export { nativeErrorCodes } from "./gen/error-codes.js";
export type {
  HandleKind,
  LPModelHandle,
  NDArrayHandle,
  NDListHandle,
  PredictorHandle,
} from "./gen/handles.js";
export type { LPOptions, LPOptionsInput, LPStats } from "./gen/structs.js";
export {
  findLibrary,
  type LibrarySearch,
  type LoadOptions,
  libraryFileName,
  loadLibrary,
  platformPackage,
} from "./load-library.js";
export { NativeBinding } from "./native-binding.js";
export { type ErrorCode, type LoadAttempt, LoadError, NativeError } from "./native-error.js";
export { type HandleState, NativeHandle } from "./native-handle.js";
