/** The conformance suite: cases, runner, report. */

export { casesFolder, readCases } from "./case-files.js";
export type {
  CaseSpec,
  DType,
  Expectation,
  ModelSpec,
  NamedTensor,
  NodeSpec,
  ParamArray,
  ParamsFormat,
  ParamsVersion,
  StepSpec,
  TensorSpec,
  ToleranceClass,
} from "./case-format.js";
export { dtypeCodes } from "./case-format.js";
export { type CaseResult, runCase, type Verdict } from "./case-runner.js";
export { caseSteps } from "./case-steps.js";
export { features, neededFeatures } from "./features.js";
export { encodeFrame, type Frame, FrameReader } from "./frame-protocol.js";
export { HarnessFailure, type HarnessOptions, HarnessProcess } from "./harness-process.js";
export { type KnownDifference, largestShare, readKnownDifferences } from "./known-differences.js";
export {
  findReference,
  knownReferenceDifferences,
  referenceEnvironment,
} from "./mxnet-reference.js";
export {
  type NetworkGolden,
  type NetworkInput,
  type NetworkRun,
  readNetworkGoldens,
} from "./network-golden.js";
export { NetworkModels } from "./network-models.js";
export { inputBytes } from "./network-runs.js";
export {
  type CaseReport,
  type Outcome,
  protocolVersion,
  runSuite,
  type SuiteOptions,
  type SuiteReport,
} from "./suite-runner.js";
export { summarise } from "./summary.js";
export { elementCount, specDType, tensorBytes } from "./tensor-data.js";
