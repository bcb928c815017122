/**
 * Predictors: a model bound to input shapes.
 * Invariants: the backend sees one call at a time; a run that has begun ends before the
 * backend's predictor is released.
 */
import { throwIfAborted } from "./abort-signal.js";
import type { BackendPredictor, PredictorStats, TensorInfo } from "./backend.js";
import { forgotten, Held } from "./disposal.js";
import { type CheckedFeed, checkFeeds, copyFeeds, type Feeds } from "./feeds.js";
import type { GraphDescription } from "./graph-description.js";
import { OutputNames, type Outputs } from "./outputs.js";
import { PredictError } from "./predict-error.js";
import type { RunProfile } from "./run-profile.js";
import { RunQueue } from "./run-queue.js";
import { stoppableForward } from "./stoppable-forward.js";
import { Tensor } from "./tensor.js";
import { checkWholeNumber } from "./whole-number.js";

/** Options of one run. */
export interface RunOptions {
  /**
   * Ends the run, which rejects with code `aborted` and the signal's reason as `cause`: at once if
   * it has not begun; if it has, as soon as the layer that is being computed is done. It rejects
   * also if it came to its end before it could be stopped. With a library that cannot stop a run,
   * as MXNet's own, a run that has begun goes on to its end and then rejects. The predictor may be
   * used again.
   */
  readonly signal?: AbortSignal;
}

/** Options of a profile. */
export interface ProfileOptions extends RunOptions {
  /** Runs to measure, from 1; 10 by default. */
  readonly runs?: number;
  /** Runs before them that are not measured, from 0; 1 by default. */
  readonly warmUps?: number;
}

/**
 * Runs a model on inputs of given shapes. Made by `Model.createPredictor`.
 *
 * Holds native memory: call `dispose`, or declare it with `using`.
 */
export class Predictor {
  readonly #held: Held<BackendPredictor>;
  readonly #required: readonly string[];
  readonly #names: OutputNames;
  readonly #queue = new RunQueue();

  /** @hidden */
  constructor(backend: BackendPredictor, required: readonly string[]) {
    this.#held = new Held(backend);
    this.#required = required;
    this.#names = new OutputNames(backend.outputs.map(({ name }) => name));
    forgotten.register(this, this.#held, this);
  }

  /**
   * Name, element type and present shape of each input.
   *
   * @throws {@link PredictError} `disposed`
   */
  get inputs(): readonly TensorInfo[] {
    return this.#live().inputs;
  }

  /**
   * Name, element type and present shape of each output.
   *
   * @throws {@link PredictError} `disposed`
   */
  get outputs(): readonly TensorInfo[] {
    return this.#live().outputs;
  }

  /** Whether `dispose` was called. */
  get disposed(): boolean {
    return this.#held.disposed;
  }

  /**
   * Computes the outputs off the main thread. Runs of one predictor take place one after the
   * other, in the order of the calls; different predictors run at the same time.
   *
   * The arrays may be changed as soon as this returns: a run that has to wait takes a copy.
   * An input whose tensor has another shape than before is reshaped; inputs that are not fed
   * then start from zeros again.
   *
   * @param feeds - the inputs, by name: an array, or a tensor with a shape. All inputs named
   *   in `createPredictor` are needed. Nothing is converted; arrays of numbers are refused.
   * @param options - `signal` drops the run while it waits, and stops it when it has begun
   * @returns the outputs by name; they are copies and stay valid
   * @throws {@link PredictError} `disposed`; `aborted`; `name`, `dtype`, `argument`: see `feeds`;
   *   `argument` also: an array in shared or resizable memory, a `signal` that is none; or what the engine reports, such as `missing` for a weight that the parameters lack
   * @throws {@link ShapeError} a length or shape that does not fit
   */
  async run(feeds: Feeds, options: RunOptions = {}): Promise<Outputs> {
    this.#live();
    this.#queue.check(options.signal);
    const given = this.#queue.busy ? copyFeeds(feeds) : feeds;
    return this.#queue.run(async () => {
      const done = this.#use();
      try {
        const backend = this.#prepare(given);
        await stoppableForward(backend, options.signal);
        return this.#read(backend);
      } finally {
        done();
      }
    }, options.signal);
  }

  /**
   * Computes the outputs on the calling thread, which does nothing else meanwhile.
   *
   * @param feeds - as for `run`
   * @returns as `run`
   * @throws {@link PredictError} as `run`; and `busy`: a `run` is going on or waits
   * @throws {@link ShapeError} as `run`
   */
  runSync(feeds: Feeds): Outputs {
    this.#live();
    if (this.#queue.busy)
      throw new PredictError("busy", "runSync while a run of this predictor is going on");
    const backend = this.#prepare(feeds);
    backend.forwardSync();
    return this.#read(backend);
  }

  /**
   * Measures what each node takes, on runs off the main thread; other runs of this predictor take
   * place before or after it. Runs that are not profiled cost nothing more.
   *
   * @param feeds - as for `run`
   * @param options - how many runs; `signal` drops the profile while it waits, and ends it between
   *   two runs
   * @returns the nodes as they are run, with times in milliseconds
   * @throws {@link PredictError} as `run`; `aborted` and `disposed` also between two runs;
   *   `argument`: `runs` or `warmUps` is no such number; `unavailable`: the library cannot measure
   * @throws {@link ShapeError} as `run`
   */
  async profile(feeds: Feeds, options: ProfileOptions = {}): Promise<RunProfile> {
    this.#live();
    const { signal } = options;
    const runs = checkWholeNumber("runs", options.runs ?? 10, 1);
    const warmUps = checkWholeNumber("warmUps", options.warmUps ?? 1, 0);
    this.#queue.check(signal);
    const given = this.#queue.busy ? copyFeeds(feeds) : feeds;
    return this.#queue.run(async () => {
      const done = this.#use();
      try {
        const backend = this.#prepare(given);
        const forwards = async (count: number): Promise<void> => {
          for (let i = 0; i < count; i++) {
            throwIfAborted(signal, "the profile was ended before its last run");
            this.#live();
            await stoppableForward(backend, signal);
          }
        };
        // Before the first run, so that a library that cannot measure says so at once.
        backend.setProfiling(true);
        try {
          await forwards(warmUps);
          backend.setProfiling(true);
          await forwards(runs);
          return backend.readProfile();
        } finally {
          backend.setProfiling(false);
        }
      } finally {
        done();
      }
    }, signal);
  }

  /**
   * What the predictor and its model occupy.
   *
   * @throws {@link PredictError} `disposed`; `busy`: a run is going on; `unavailable`: the library cannot tell
   */
  stats(): PredictorStats {
    const backend = this.#live();
    if (this.#queue.busy)
      throw new PredictError("busy", "stats while a run of this predictor is going on");
    return backend.stats();
  }

  /**
   * The graph that the predictor runs, node by node, with shapes, parameters and multiply-adds at
   * the present input shapes.
   *
   * @throws {@link PredictError} `disposed`; `busy`: a run is going on; `unavailable`: the library cannot tell
   */
  describe(): GraphDescription {
    const backend = this.#live();
    if (this.#queue.busy)
      throw new PredictError("busy", "describe while a run of this predictor is going on");
    return backend.describe();
  }

  /**
   * Gives the native memory back; at the end of the run that is going on, if one is. Runs that
   * wait are dropped with code `disposed`. Calling it again does nothing.
   */
  dispose(): void {
    forgotten.unregister(this);
    this.#queue.dropWaiting(disposed());
    this.#held.dispose();
  }

  /** Calls `dispose`. */
  [Symbol.dispose](): void {
    this.dispose();
  }

  #live(): BackendPredictor {
    if (this.#held.disposed) throw disposed();
    return this.#held.resource;
  }

  #use(): () => void {
    this.#live();
    return this.#held.use();
  }

  #read(backend: BackendPredictor): Outputs {
    return this.#names.name(
      backend.outputs.map((info, i) => new Tensor(backend.readOutput(i), info.shape, info.dtype)),
    );
  }

  /** Checks everything, then reshapes where needed, then sets the inputs. */
  #prepare(feeds: Feeds): BackendPredictor {
    const backend = this.#live();
    const checked = checkFeeds(feeds, backend.inputs, this.#required);
    if (!checked.some(changesShape)) {
      for (const { input, data } of checked) backend.setInput(input, data);
      return backend;
    }
    this.#held.replace(
      backend.reshape(Object.fromEntries(checked.map(({ input, shape }) => [input.name, shape]))),
    );
    const current = this.#held.resource;
    for (const { input, data } of checked)
      current.setInput(current.inputs.find((i) => i.name === input.name) as TensorInfo, data);
    return current;
  }
}

function disposed(): PredictError {
  return new PredictError("disposed", "the predictor was disposed");
}

function changesShape({ input, shape }: CheckedFeed): boolean {
  if (shape === input.shape) return false;
  return shape.length !== input.shape.length || shape.some((dim, i) => dim !== input.shape[i]);
}
