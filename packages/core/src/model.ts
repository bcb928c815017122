/** Models: a graph and its weights, read once, for any number of predictors. */
import type { Backend, BackendModel, PredictorOptions } from "./backend.js";
import { forgotten, Held } from "./disposal.js";
import { LoadWatch } from "./load-watch.js";
import { checkMemoryMode } from "./memory-mode.js";
import {
  type LocatedModel,
  locateModel,
  type ModelInput,
  type ReadModelOptions,
} from "./model-input.js";
import { platform } from "./platform.js";
import { PredictError } from "./predict-error.js";
import { Predictor } from "./predictor.js";
import { PredictorPool, type PredictorPoolOptions, planPool } from "./predictor-pool.js";
import { checkShape } from "./tensor-shape.js";
import { checkWholeNumber } from "./whole-number.js";

/** Options of `Model.load`. */
export interface LoadModelOptions extends ReadModelOptions {
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
   * The input is one of
   *
   * - a prefix: `models/digits` means `models/digits-symbol.json` and the
   *   `models/digits-NNNN.params` with the highest number, or that of `epoch`;
   * - the path of the symbol file, `models/digits-symbol.json`, which means the same;
   * - a `file:`, `http:` or `https:` URL of either. Folders at a web address cannot be listed:
   *   without `epoch` it means `-0000.params` there. The query stays. Redirects are followed;
   * - `{ symbolFile, paramsFile }`, paths or URLs of any name;
   * - `{ symbol, params }`, their content: the JSON text, bytes, a `Blob`, a stream.
   *
   * The native library reads plain files on this machine itself, of any size, straight to where it
   * keeps the weights: they are in memory once. Everything else is gathered in JavaScript's memory
   * first and is held twice while the engine reads it: content, what comes from the web or a pipe,
   * files with `onProgress`, and files where the backend cannot read them. Then a file may be as
   * large as one array of the JavaScript engine (4 GiB in Node 20, more in later ones). Nothing may
   * change given bytes or files meanwhile.
   *
   * @param input - where the model is, or its content
   * @param options - which backend and epoch to use; progress and abort
   * @throws {@link LoadError} no such files, a web address that does not give them whole, or no
   *   native library; it lists what was tried, and what there is instead
   * @throws {@link PredictError} `symbol`, `params`: damaged; `unsupported`: operators that
   *   the engine lacks, each with its node; `attribute`: an impossible attribute;
   *   `argument`: not an input, or an impossible option; `aborted`: by `signal`, at once;
   *   `memory`: a file that does not fit; `unavailable`: this platform needs `backend`, or has
   *   no files
   */
  static async load(input: ModelInput, options: LoadModelOptions = {}): Promise<Model> {
    const located = await locateModel(input, options);
    const backend = options.backend ?? (await platform().defaultBackend());
    if (typeof backend.createModel !== "function")
      throw new PredictError("argument", "backend must be one, such as ffiBackend()");
    const watch = new LoadWatch(options);
    watch.check();
    const model = await createModel(backend, located, watch);
    return new Model(model, backend);
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
    checkChoices(options);
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

/** Has the backend read a model: from its files where both can, else from memory. */
async function createModel(
  backend: Backend,
  { paths, read }: LocatedModel,
  watch: LoadWatch,
): Promise<BackendModel> {
  const dispose = (late: BackendModel): void => late.dispose();
  if (paths && backend.createModelFromFiles && !watch.tellsProgress) {
    try {
      return await watch.wait(backend.createModelFromFiles(paths), dispose);
    } catch (error) {
      // What the backend cannot read is read here, which tells what was tried and what there is.
      if (!(error instanceof PredictError && error.code === "file")) throw error;
    }
  }
  const source = await read();
  watch.check();
  return watch.wait(backend.createModel(source), dispose);
}

/** @throws {@link PredictError} `argument`: an option of another kind than it is said to have */
function checkChoices({
  outputs,
  dtypes,
  threads,
  memory,
  disabledPasses,
}: PredictorOptions): void {
  if (threads !== undefined) checkWholeNumber("threads", threads, 1);
  checkMemoryMode(memory);
  for (const [name, list] of Object.entries({ outputs, disabledPasses }))
    if (list !== undefined && !(Array.isArray(list) && list.every((e) => typeof e === "string")))
      throw new PredictError("argument", `${name} must be an array of names`);
  if (dtypes !== undefined && (typeof dtypes !== "object" || dtypes === null))
    throw new PredictError("argument", "dtypes must be { name: element type }");
}
