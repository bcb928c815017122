/** Models: a graph and its weights, read once, for any number of predictors. */
import type { Backend, BackendModel, ModelSource, PredictorOptions } from "./backend.js";
import { forgotten, Held } from "./disposal.js";
import { platform } from "./platform.js";
import { PredictError } from "./predict-error.js";
import { Predictor } from "./predictor.js";
import { PredictorPool, type PredictorPoolOptions, planPool } from "./predictor-pool.js";
import { checkShape } from "./tensor-shape.js";

/** Options of `Model.load`. */
export interface LoadModelOptions {
  /** What runs the model; by default what the platform has (in Node, the native library). */
  readonly backend?: Backend;
}

/**
 * A trained network. The weights are shared by all its predictors.
 *
 * Holds native memory: call `dispose`, or declare it with `using`. Predictors stay usable
 * after their model's disposal.
 */
export class Model {
  readonly #held: Held<BackendModel>;
  readonly #backend: Backend;

  private constructor(model: BackendModel, backend: Backend) {
    this.#held = new Held(model);
    this.#backend = backend;
    forgotten.register(this, this.#held, this);
  }

  /**
   * Loads a model, off the main thread.
   *
   * @param source - a prefix: `models/digits` means `models/digits-symbol.json` and the
   *   `models/digits-NNNN.params` with the highest number; or the files' content
   * @param options - which backend to use
   * @throws {@link LoadError} no such files, or no native library; it lists what was tried
   * @throws {@link PredictError} `symbol`, `params`: damaged; `unsupported`: operators that
   *   the engine lacks, each with its node; `attribute`: an impossible attribute;
   *   `argument`: not a source; `unavailable`: this platform needs `backend`, or has no files
   */
  static async load(
    source: string | URL | ModelSource,
    options: LoadModelOptions = {},
  ): Promise<Model> {
    const content =
      typeof source === "string" || source instanceof URL
        ? await platform().readModel(source)
        : source;
    checkSource(content);
    const backend = options.backend ?? platform().defaultBackend();
    return new Model(await backend.createModel(content), backend);
  }

  /**
   * Names of the inputs: variables without a parameter, labels excepted.
   *
   * @throws {@link PredictError} `disposed`; `unavailable`: the library cannot tell
   */
  get inputs(): readonly string[] {
    return this.#live().inputs;
  }

  /**
   * Names of the outputs, such as `softmax_output`.
   *
   * @throws {@link PredictError} `disposed`
   */
  get outputs(): readonly string[] {
    return this.#live().outputs;
  }

  /** Whether `dispose` was called. */
  get disposed(): boolean {
    return this.#held.disposed;
  }

  /**
   * Makes a predictor for given input shapes. Plans memory and packs weights, on the calling thread.
   *
   * @param options - shapes and element types of inputs, and what else to choose
   * @throws {@link PredictError} `disposed`; `name`: an unknown input or output, near ones are
   *   listed; `shape`, `dtype`: contradictions; `argument`: an impossible option;
   *   `unavailable`: an option that the library does not have
   * @throws {@link ShapeError} a shape that is none
   */
  createPredictor(options: PredictorOptions): Predictor {
    const backend = this.#live();
    if (typeof options?.inputs !== "object" || options.inputs === null)
      throw new PredictError("argument", "createPredictor takes { inputs: { name: shape } }");
    for (const [name, shape] of Object.entries(options.inputs)) checkShape(name, shape);
    return new Predictor(backend.createPredictor(options), Object.keys(options.inputs));
  }

  /**
   * Makes a pool of predictors, for servers: its runs take place at the same time, on one copy
   * of the weights. All predictors are made at once, on the calling thread.
   *
   * @param options - shapes of inputs and what else a predictor has; `size`, `threads`, `maxWaiting`
   * @throws {@link PredictError} `argument`: `size`, `threads` or `maxWaiting` is impossible; and
   *   as `createPredictor`
   * @throws {@link ShapeError} a shape that is none
   */
  createPool(options: PredictorPoolOptions): PredictorPool {
    const { size, maxWaiting, predictor } = planPool(options, this.#backend);
    const made: Predictor[] = [];
    try {
      while (made.length < size) made.push(this.createPredictor(predictor));
    } catch (error) {
      for (const one of made) one.dispose();
      throw error;
    }
    return new PredictorPool(made, maxWaiting);
  }

  /** Gives the native memory back, once its predictors are gone too. Calling it again does nothing. */
  dispose(): void {
    forgotten.unregister(this);
    this.#held.dispose();
  }

  /** Calls `dispose`. */
  [Symbol.dispose](): void {
    this.dispose();
  }

  #live(): BackendModel {
    if (this.#held.disposed) throw new PredictError("disposed", "the model was disposed");
    return this.#held.resource;
  }
}

function checkSource(source: ModelSource): void {
  const isBytes = (value: unknown): boolean => value instanceof Uint8Array;
  if (typeof source !== "object" || source === null)
    throw new PredictError(
      "argument",
      "a model is loaded from a prefix or from { symbol, params }",
    );
  if (typeof source.symbol !== "string" && !isBytes(source.symbol))
    throw new PredictError("argument", "symbol must be a string or a Uint8Array");
  if (source.params !== undefined && !isBytes(source.params))
    throw new PredictError("argument", "params must be a Uint8Array");
}
