/**
 * Run trained networks: models, predictors and tensors.
 *
 * In Node, the package's entry also connects the native library and the file system.
 *
 * @packageDocumentation
 */
export type {
  Backend,
  BackendModel,
  BackendPredictor,
  ModelSource,
  PredictorOptions,
  PredictorStats,
  TensorInfo,
} from "./backend.js";
export type { ArrayByDType, ElementData } from "./element-data.js";
export type { Feeds, TensorLike } from "./feeds.js";
export type { DType, PassName } from "./gen/native-constants.js";
export type { NativeErrorCode } from "./gen/native-error-codes.js";
export { type LoadModelOptions, Model } from "./model.js";
export type { Outputs } from "./outputs.js";
export {
  type LoadAttempt,
  LoadError,
  PredictError,
  type PredictErrorCode,
  ShapeError,
} from "./predict-error.js";
export { Predictor, type RunOptions } from "./predictor.js";
export { Tensor, type TopEntry } from "./tensor.js";
