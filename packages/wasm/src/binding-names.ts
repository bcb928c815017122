/** What both entries of the binding export besides the function that starts it. */
export { LoadError, PredictError } from "@libpredict/core/portable";
export {
  Binding,
  type ElementArray,
  type ErrorCode,
  LPDType,
  LPErrorCode,
  type LPModelHandle,
  LPPass,
  NativeError,
  type NDArrayHandle,
  type NDListHandle,
  nativeErrorCodes,
  type PredictorHandle,
  type PredMonitorCallback,
} from "@libpredict/ffi/portable";
export type { CompiledModule, ModuleBytes, ModuleSource } from "./module-source.js";
export type { WasmBackendOptions } from "./wasm-backend.js";
