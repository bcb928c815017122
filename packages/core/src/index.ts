/// <reference lib="esnext.disposable" preserve="true" />
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
  ModelPaths,
  ModelSource,
  PredictorOptions,
  PredictorStats,
  TensorInfo,
} from "./backend.js";
export type { ByteContent } from "./byte-content.js";
export type { FileBytes } from "./byte-cursor.js";
export {
  type Classified,
  Classifier,
  type ClassifyAllOptions,
  type ClassifyOptions,
  type FeaturesOptions,
  type ImageInput,
  type Prediction,
} from "./classifier.js";
export type { ClassifierOptions } from "./classifier-parts.js";
export type {
  ArrayByDType,
  ElementByDType,
  ElementData,
  ElementInputByDType,
} from "./element-data.js";
export type { Feeds, TensorLike } from "./feeds.js";
export type { DType, MemoryMode, PassName } from "./gen/native-constants.js";
export type { NativeErrorCode } from "./gen/native-error-codes.js";
export type { GraphDescription, GraphNode } from "./graph-description.js";
export {
  type Image,
  type ImageRegion,
  type ImageSize,
  imageFromRaw,
  type RawImageLayout,
} from "./image/image.js";
export type { Interpolation } from "./image/interpolation.js";
export { type LabelOptions, parseLabels } from "./image/labels.js";
export { type PreprocessOptions, preprocess } from "./image/preprocess.js";
export { type PresetName, presetForSize, presets } from "./image/presets.js";
export { cropImage, resizeImage, resizeTensor } from "./image/resize.js";
export type { ResizePolicy } from "./image/resize-policy.js";
export type { LoadProgress, LoadWatchOptions } from "./load-watch.js";
export { type LoadModelOptions, Model } from "./model.js";
export type { ModelContent, ModelFiles, ModelInput, ReadModelOptions } from "./model-input.js";
export { type NDArrayList, readNDArrays, writeNDArrays } from "./ndarray-list.js";
export type { NestedValues } from "./nested-values.js";
export { readNpy, writeNpy } from "./npy.js";
export type { ItemSource } from "./ordered-map.js";
export { type OutputGraph, type OutputScale, outputScale } from "./output-scale.js";
export type { Outputs } from "./outputs.js";
export {
  type LoadAttempt,
  LoadError,
  PredictError,
  type PredictErrorCode,
  ShapeError,
} from "./predict-error.js";
export { Predictor, type ProfileOptions, type RunOptions } from "./predictor.js";
export {
  PredictorPool,
  type PredictorPoolMemory,
  type PredictorPoolOptions,
  type PredictorPoolStats,
} from "./predictor-pool.js";
export type { NodeProfile, RunProfile } from "./run-profile.js";
export { Tensor, type TopEntry } from "./tensor.js";
export type { SliceRange } from "./tensor-slice.js";
