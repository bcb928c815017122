/**
 * What runs models: native code in Node, WebAssembly in a browser. `Model` and `Predictor`
 * know nothing else of them.
 *
 * Rules for an implementation: every failure is a {@link PredictError}; `dispose` is called
 * once, and never while a `forward` of the same object runs; at most one call at a time is
 * made on a predictor, but for `cancel`; data are copied in and out.
 */
import type { ElementData } from "./element-data.js";
import type { DType, MemoryMode, PassName } from "./gen/native-constants.js";
import type { GraphDescription } from "./graph-description.js";
import type { RunProfile } from "./run-profile.js";

/** A model in memory. */
export interface ModelSource {
  /** The graph: content of `*-symbol.json`. */
  readonly symbol: string | Uint8Array;
  /** Content of the `.params` file; nothing for a model without parameters. */
  readonly params?: Uint8Array;
}

/** A model in files on this machine. */
export interface ModelPaths {
  /** Absolute path of the graph. */
  readonly symbolPath: string;
  /** Absolute path of the `.params` file; nothing for a model without parameters. */
  readonly paramsPath?: string;
}

/** Name, element type and shape of an input or output. */
export interface TensorInfo {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: readonly number[];
}

/** What a predictor is made for. */
export interface PredictorOptions {
  /** Shapes of the inputs, by name; a dimension of 0 is worked out by the engine. */
  readonly inputs: Readonly<Record<string, readonly number[]>>;
  /** Names of internal outputs to compute instead of the model's, such as `["pool5", "fc1"]`. */
  readonly outputs?: readonly string[];
  /** Element types of inputs that are not float32, by name. */
  readonly dtypes?: Readonly<Record<string, DType>>;
  /** Threads that one run may use, from 1; by default as many as processors may be used. */
  readonly threads?: number;
  /**
   * What to save. `"fast"`, the default: time; `"lean"`: memory, for slower convolutions. The
   * results stay the same within rounding.
   */
  readonly memory?: MemoryMode;
  /** Passes over the graph to leave out; the results stay the same within rounding. */
  readonly disabledPasses?: readonly PassName[];
}

/** What a predictor occupies. Sizes in bytes. */
export interface PredictorStats {
  /** Nodes of the graph before any pass, variables not counted. */
  readonly graphNodes: number;
  /** Nodes that a run executes. */
  readonly planNodes: number;
  /** Threads that a run may use. */
  readonly threads: number;
  /** One copy of the model's parameters, shared by its predictors. */
  readonly weightsBytes: number;
  /** What the model holds beyond that copy (weights packed for kernels), shared. */
  readonly packedBytes: number;
  /** Activations, inputs and outputs of this predictor. */
  readonly arenaBytes: number;
  /** Temporary memory of this predictor's kernels. */
  readonly scratchBytes: number;
  /** Everything else of this predictor. */
  readonly planBytes: number;
}

/** A predictor of a backend. */
export interface BackendPredictor {
  readonly inputs: readonly TensorInfo[];
  readonly outputs: readonly TensorInfo[];
  /** Copies elements into an input; type and length have been checked. */
  setInput(input: TensorInfo, data: ElementData): void;
  /** Computes off the calling thread. */
  forward(): Promise<void>;
  /**
   * Stops the `forward` that runs, which then rejects; it may be called at any time and more than
   * once, and must not fail. Absent, or without effect, where runs cannot be stopped.
   */
  cancel?(): void;
  /** Computes on the calling thread. */
  forwardSync(): void;
  /** Copies an output out. */
  readOutput(index: number): ElementData;
  /** Makes a predictor with other input shapes; this one stays as it is. */
  reshape(inputs: Readonly<Record<string, readonly number[]>>): BackendPredictor;
  stats(): PredictorStats;
  /** The graph with shapes and costs. May throw `unavailable`. */
  describe(): GraphDescription;
  /** Measures every node from the next forward on, or ends that; either forgets what was measured. May throw `unavailable`. */
  setProfiling(enable: boolean): void;
  /** What the nodes took since the measuring began; a forward came before. */
  readProfile(): RunProfile;
  dispose(): void;
}

/** A model of a backend. */
export interface BackendModel {
  /** Names of the inputs, in the order of the graph. May throw `unavailable`. */
  readonly inputs: readonly string[];
  /** Names of the outputs. */
  readonly outputs: readonly string[];
  createPredictor(options: PredictorOptions): BackendPredictor;
  dispose(): void;
}

/** A way to run models. */
export interface Backend {
  /** What it is, for messages: `ffi`, `wasm`. */
  readonly name: string;
  /** Processors that it may use, which is also how many threads a predictor has by default. Absent: not known. */
  readonly processors?: number;
  /** How many `forward` calls, of different predictors, it can compute at the same time. Absent: not known. */
  readonly parallelRuns?: number;
  /** Reads a model off the calling thread. */
  createModel(source: ModelSource): Promise<BackendModel>;
  /**
   * Reads a model's files itself, off the calling thread, without their bytes in JavaScript's
   * memory. Absent: it cannot. Code `file` means that a file cannot be read.
   */
  createModelFromFiles?(paths: ModelPaths): Promise<BackendModel>;
}
