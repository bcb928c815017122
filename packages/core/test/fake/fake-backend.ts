/** A backend whose network doubles its input, and whose forwards end when the test says so. */
import type {
  Backend,
  BackendPredictor,
  PredictorOptions,
  PredictorStats,
  TensorInfo,
} from "../../src/backend.js";
import { arrayClassOf, type ElementData } from "../../src/element-data.js";
import type { DType } from "../../src/gen/native-constants.js";
import type { GraphDescription } from "../../src/graph-description.js";
import { PredictError } from "../../src/predict-error.js";
import type { RunProfile } from "../../src/run-profile.js";

export class FakePredictor implements BackendPredictor {
  readonly inputs: readonly TensorInfo[];
  readonly outputs: readonly TensorInfo[];
  readonly set = new Map<string, ElementData>();
  disposals = 0;
  forwards = 0;
  cancels = 0;
  /** Forwards since the measuring began; undefined while nothing is measured. */
  measured: number | undefined;
  busy = false;
  #stop = (): void => {};

  constructor(
    readonly backend: FakeBackend,
    readonly options: PredictorOptions,
  ) {
    this.inputs = Object.entries({ ...options.inputs, ...backend.states }).map(([name, shape]) => ({
      name,
      dtype: options.dtypes?.[name] ?? ("float32" as DType),
      shape,
    }));
    const [first] = this.inputs as [TensorInfo];
    this.outputs = backend.outputNames.map((name) => ({ ...first, name }));
    backend.predictors.push(this);
  }

  #check(): void {
    if (this.disposals > 0) throw new Error("the fake was used after its disposal");
    if (this.busy) throw new Error("the fake was used during a forward");
  }

  setInput(input: TensorInfo, data: ElementData): void {
    this.#check();
    this.set.set(input.name, data.slice());
  }

  async forward(): Promise<void> {
    this.#check();
    this.busy = true;
    const stopped = new Promise<never>((_, reject) => {
      this.#stop = () => reject(new PredictError("cancelled", "the forward was cancelled"));
    });
    try {
      await Promise.race([this.backend.gate(), stopped]);
    } finally {
      this.busy = false;
    }
    this.forwardSync();
  }

  cancel(): void {
    if (!this.busy) throw new Error("the fake was cancelled while nothing ran");
    this.cancels++;
    if (this.cancels === this.backend.cancelsToStop) this.#stop();
  }

  forwardSync(): void {
    this.#check();
    this.forwards++;
    if (this.measured !== undefined) this.measured++;
    if (this.backend.failure) throw this.backend.failure;
  }

  readOutput(index: number): ElementData {
    this.#check();
    const { dtype, shape } = this.outputs[index] as TensorInfo;
    const data = new (arrayClassOf(dtype))(shape.reduce((p, d) => p * d, 1));
    const input = this.set.get(this.inputs[0]?.name ?? "");
    for (let i = 0; i < data.length; i++)
      data[i] = (typeof input?.[i] === "bigint" ? input[i] : Number(input?.[i]) * 2) as never;
    return data;
  }

  reshape(inputs: Readonly<Record<string, readonly number[]>>): BackendPredictor {
    this.#check();
    if (Object.values(inputs).some((shape) => shape.length > 4))
      throw new PredictError("shape", "too many dimensions");
    return new FakePredictor(this.backend, {
      ...this.options,
      inputs: { ...this.options.inputs, ...inputs },
    });
  }

  stats(): PredictorStats {
    this.#check();
    return {
      graphNodes: 1,
      planNodes: 1,
      threads: 1,
      weightsBytes: 0,
      packedBytes: 0,
      arenaBytes: 8,
      scratchBytes: 0,
      planBytes: 0,
    };
  }

  describe(): GraphDescription {
    this.#check();
    return this.backend.graph;
  }

  setProfiling(enable: boolean): void {
    this.#check();
    if (!this.backend.measures) throw new PredictError("unavailable", "the fake cannot measure");
    this.measured = enable ? 0 : undefined;
  }

  readProfile(): RunProfile {
    this.#check();
    return { runs: this.measured ?? 0, meanMs: 0, nodes: [] };
  }

  dispose(): void {
    this.#check();
    this.disposals++;
  }
}

export class FakeBackend implements Backend {
  readonly name = "fake";
  processors?: number;
  parallelRuns?: number;
  readonly predictors: FakePredictor[] = [];
  outputNames = ["softmax_output"];
  inputNames = ["data"];
  /** What predictors say of themselves. */
  graph: GraphDescription = { nodes: [], heads: [] };
  /** Inputs that the caller does not name. */
  states: Record<string, readonly number[]> = {};
  /** Whether predictors can measure their nodes. */
  measures = true;
  modelDisposals = 0;
  failure: Error | undefined;
  /** Which call of `cancel` stops a predictor's forward; those before come too early. */
  cancelsToStop = Number.POSITIVE_INFINITY;
  /** What a forward waits for. */
  gate: () => Promise<void> = async () => {};

  async createModel(): Promise<{
    inputs: readonly string[];
    outputs: readonly string[];
    createPredictor(options: PredictorOptions): BackendPredictor;
    dispose(): void;
  }> {
    const backend = this;
    return {
      get inputs() {
        return backend.inputNames;
      },
      outputs: this.outputNames,
      createPredictor: (options) => new FakePredictor(this, options),
      dispose: () => {
        this.modelDisposals++;
      },
    };
  }

  /** Forwards wait until the returned function is called, one call for each. */
  hold(): () => Promise<void> {
    const waiting: (() => void)[] = [];
    this.gate = () =>
      new Promise((resolve) => {
        waiting.push(resolve);
      });
    return async () => {
      waiting.shift()?.();
      for (let i = 0; i < 10; i++) await Promise.resolve();
    };
  }
}
