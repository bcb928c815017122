/**
 * A pool of predictors of one model, for servers: runs go to whichever predictor is free.
 * Invariants: a predictor is either in `#free` or has exactly one run; the queue lets as many
 * runs begin as there are predictors, so that a run that begins always finds a free one.
 */
import type { Backend, PredictorOptions, TensorInfo } from "./backend.js";
import { copyFeeds, type Feeds, type TensorLike } from "./feeds.js";
import type { GraphDescription } from "./graph-description.js";
import type { Outputs } from "./outputs.js";
import { PredictError } from "./predict-error.js";
import type { Predictor, RunOptions } from "./predictor.js";
import { RunQueue } from "./run-queue.js";
import { checkWholeNumber } from "./whole-number.js";

/** What a pool is made for. */
export interface PredictorPoolOptions extends PredictorOptions {
  /**
   * Number of predictors, and so of runs at the same time; a whole number from 1. By default one
   * for each processor that may be used, but no more than the runtime has threads for calls into
   * native code (in Node `UV_THREADPOOL_SIZE`, 4 if that is not set); 1 if the backend tells
   * neither.
   */
  readonly size?: number;
  /**
   * Threads that one run may use. By default the processors that may be used, divided by `size`
   * and rounded down, at least 1: `threads` × `size` is then what the machine can do at a time.
   */
  readonly threads?: number;
  /**
   * How many runs may wait for a free predictor; one more is refused with code `busy`. A whole
   * number from 0, or `Infinity`, the default.
   */
  readonly maxWaiting?: number;
}

/** Memory of a pool, in bytes. */
export interface PredictorPoolMemory {
  /** One copy of the model's parameters; the pool's predictors, and all others of the model, share it. */
  readonly weightsBytes: number;
  /** What the model holds beyond that copy (weights packed for kernels), shared in the same way. */
  readonly packedBytes: number;
  /** What the predictors have for themselves, together: activations, inputs, outputs, scratch, plans. */
  readonly predictorBytes: number;
}

/** What a pool is doing, and what it occupies. */
export interface PredictorPoolStats {
  /** Number of predictors. */
  readonly size: number;
  /** Threads that one run may use; undefined if the library cannot tell. */
  readonly threads: number | undefined;
  /** Runs that are going on. */
  readonly running: number;
  /** Runs that wait for a predictor. */
  readonly waiting: number;
  /** Runs that have ended well since the pool was made. */
  readonly completed: number;
  /** Runs that began and failed. Runs that were dropped, stopped or refused are not among them. */
  readonly failed: number;
  /**
   * Of a predictor that is running, as it was when that predictor was last free at a call of
   * `stats`. Undefined if the library cannot tell.
   */
  readonly memory: PredictorPoolMemory | undefined;
}

/** A pool's options with the defaults in place. */
export interface PoolPlan {
  readonly size: number;
  readonly maxWaiting: number;
  /** Options of each predictor. */
  readonly predictor: PredictorOptions;
}

/**
 * Works the defaults of a pool out.
 *
 * @throws {@link PredictError} `argument`: `size`, `threads` or `maxWaiting` is not such a number
 */
export function planPool(
  options: PredictorPoolOptions,
  { processors, parallelRuns }: Pick<Backend, "processors" | "parallelRuns">,
): PoolPlan {
  const { size: givenSize, maxWaiting = Number.POSITIVE_INFINITY, ...predictor } = options ?? {};
  if (givenSize !== undefined) checkWholeNumber("size of a pool", givenSize, 1);
  if (predictor.threads !== undefined) checkWholeNumber("threads of a pool", predictor.threads, 1);
  if (maxWaiting !== Number.POSITIVE_INFINITY)
    checkWholeNumber("maxWaiting of a pool", maxWaiting, 0);
  const places = Math.min(processors ?? 1, parallelRuns ?? 1);
  const size = givenSize ?? Math.max(1, Math.floor(places / (predictor.threads ?? 1)));
  if (predictor.threads !== undefined || processors === undefined)
    return { size, maxWaiting, predictor };
  const threads = Math.max(1, Math.floor(processors / size));
  return { size, maxWaiting, predictor: { ...predictor, threads } };
}

interface Measured {
  readonly threads: number;
  readonly weightsBytes: number;
  readonly packedBytes: number;
  readonly ownBytes: number;
}

/**
 * Predictors of one model that share its weights and run at the same time. Made by
 * `Model.createPool`.
 *
 * In Node, runs take place on libuv's threads: four for the whole process, unless the environment
 * variable `UV_THREADPOOL_SIZE` says otherwise when it starts. File access, DNS look-ups, zlib and
 * sharp use the same threads, and wait while runs occupy all of them: with a pool of four or more
 * predictors, set the variable to the pool's size plus what else goes on at the same time.
 *
 * Holds native memory: call `dispose` or `close`, or declare it with `using` or `await using`.
 */
export class PredictorPool {
  /** Number of predictors. */
  readonly size: number;
  /** Name, element type and shape of each input, as the pool was made; a run may bring other shapes. */
  readonly inputs: readonly TensorInfo[];
  /** Name, element type and shape of each output, as the pool was made. */
  readonly outputs: readonly TensorInfo[];
  readonly #predictors: readonly Predictor[];
  /** The one that ran last is at the end, and is taken first: its memory is the warmest. */
  readonly #free: Predictor[];
  readonly #queue: RunQueue;
  readonly #measured = new Map<Predictor, Measured>();
  #completed = 0;
  #failed = 0;
  #closing = false;
  #disposed = false;

  /** @hidden */
  constructor(predictors: readonly Predictor[], maxWaiting: number) {
    this.size = predictors.length;
    const [first] = predictors as readonly [Predictor];
    this.inputs = first.inputs;
    this.outputs = first.outputs;
    this.#predictors = predictors;
    this.#free = [...predictors];
    this.#queue = new RunQueue(predictors.length, maxWaiting);
  }

  /** Whether `dispose` or `close` was called. */
  get disposed(): boolean {
    return this.#disposed || this.#closing;
  }

  /**
   * Computes the outputs, off the main thread, on a predictor that is free; if none is, the run
   * waits for one, in the order of the calls.
   *
   * The arrays may be changed as soon as this returns: a run that has to wait takes a copy.
   * A tensor of another shape than a predictor's present one reshapes that predictor; one whose
   * shape fits already is preferred.
   *
   * @param feeds - the inputs, by name, as for `Predictor.run`
   * @param options - `signal` drops the run while it waits, and stops it when it has begun
   * @returns the outputs by name; they are copies and stay valid
   * @throws {@link PredictError} `busy`: `maxWaiting` runs wait already; `disposed`, also for a
   *   run that waits when the pool is disposed; `aborted`; and as `Predictor.run`
   * @throws {@link ShapeError} a length or shape that does not fit
   */
  async run(feeds: Feeds, options: RunOptions = {}): Promise<Outputs> {
    if (this.disposed) throw disposed();
    this.#queue.check(options.signal);
    const given = this.#queue.full ? copyFeeds(feeds) : feeds;
    return this.#queue.run(async () => {
      const predictor = this.#take(given);
      try {
        const outputs = await predictor.run(given, options);
        this.#completed++;
        return outputs;
      } catch (error) {
        if (!(error instanceof PredictError && error.code === "aborted")) this.#failed++;
        throw error;
      } finally {
        this.#free.push(predictor);
      }
    }, options.signal);
  }

  /**
   * What the pool is doing, and what it occupies. May be called at any time, also while runs are
   * going on.
   *
   * @throws {@link PredictError} `disposed`
   */
  stats(): PredictorPoolStats {
    if (this.#disposed) throw disposed();
    for (const predictor of this.#free) this.#measure(predictor);
    const measured = [...this.#measured.values()];
    const largest = (of: (m: Measured) => number): number => Math.max(...measured.map(of));
    return {
      size: this.size,
      threads: measured[0]?.threads,
      running: this.#queue.running,
      waiting: this.#queue.waiting,
      completed: this.#completed,
      failed: this.#failed,
      memory:
        measured.length < this.size
          ? undefined
          : {
              weightsBytes: largest((m) => m.weightsBytes),
              packedBytes: largest((m) => m.packedBytes),
              predictorBytes: measured.reduce((sum, m) => sum + m.ownBytes, 0),
            },
    };
  }

  /**
   * The graph that the predictors run, as `Predictor.describe`.
   *
   * @throws {@link PredictError} `disposed`; `busy`: no predictor is free; `unavailable`: the library cannot tell
   */
  describe(): GraphDescription {
    if (this.#disposed) throw disposed();
    const predictor = this.#free.at(-1);
    if (!predictor) throw new PredictError("busy", "describe while every predictor runs");
    return predictor.describe();
  }

  /**
   * Takes no more runs, lets those that were accepted end, then gives the native memory back.
   *
   * @returns when that is done; a second call waits for the same
   */
  async close(): Promise<void> {
    this.#closing = true;
    await this.#queue.idle();
    this.dispose();
  }

  /**
   * Gives the native memory back; that of a predictor whose run is going on at the end of the
   * run. Runs that wait are dropped with code `disposed`. Calling it again does nothing.
   */
  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#queue.dropWaiting(disposed());
    for (const predictor of this.#predictors) predictor.dispose();
  }

  /** Calls `dispose`. */
  [Symbol.dispose](): void {
    this.dispose();
  }

  /** Calls `close`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** A free predictor: the last used of those whose shapes fit, or of all. */
  #take(feeds: Feeds): Predictor {
    const at = this.#free.findLastIndex((predictor) => fits(predictor, feeds));
    return this.#free.splice(at, 1)[0] as Predictor;
  }

  #measure(predictor: Predictor): void {
    try {
      const stats = predictor.stats();
      this.#measured.set(predictor, {
        threads: stats.threads,
        weightsBytes: stats.weightsBytes,
        packedBytes: stats.packedBytes,
        ownBytes: stats.arenaBytes + stats.scratchBytes + stats.planBytes,
      });
    } catch (error) {
      if (!(error instanceof PredictError && error.code === "unavailable")) throw error;
    }
  }
}

/** Whether feeds leave the shapes of a predictor as they are; feeds that are none count as fitting. */
function fits(predictor: Predictor, feeds: Feeds): boolean {
  return predictor.inputs.every(({ name, shape }) => {
    const fed: unknown = (feeds as Partial<Record<string, TensorLike>> | null)?.[name]?.shape;
    return (
      !Array.isArray(fed) || (fed.length === shape.length && shape.every((d, i) => d === fed[i]))
    );
  });
}

function disposed(): PredictError {
  return new PredictError("disposed", "the pool was disposed");
}
