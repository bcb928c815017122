/**
 * Image classification from end to end: decoding, preprocessing, running, naming.
 * Invariants: all runs of the network go through one pool; predictors for features are made when
 * a layer is first asked for, and kept.
 */
import { throwIfAborted } from "./abort-signal.js";
import type { TensorInfo } from "./backend.js";
import { type ClassifierOptions, type ClassifierParts, loadParts } from "./classifier-parts.js";
import { arrayClassOf } from "./element-data.js";
import type { TensorLike } from "./feeds.js";
import type { Image } from "./image/image.js";
import { preprocess } from "./image/preprocess.js";
import type { Model } from "./model.js";
import type { ModelInput } from "./model-input.js";
import { type ItemSource, inGroups, mapInOrder } from "./ordered-map.js";
import type { Outputs } from "./outputs.js";
import { platform } from "./platform.js";
import { PredictError, ShapeError } from "./predict-error.js";
import type { Predictor, RunOptions } from "./predictor.js";
import type { PredictorPoolStats } from "./predictor-pool.js";
import { RunQueue } from "./run-queue.js";
import { Tensor } from "./tensor.js";
import { checkWholeNumber } from "./whole-number.js";

/**
 * What a classifier takes for an image: an {@link Image}; in Node also a path, a `file:` or
 * `http(s):` URL, or the bytes of an image file; or a tensor that is prepared already, of the
 * input's shape without or with a batch axis of 1.
 */
export type ImageInput = Image | string | URL | Uint8Array | TensorLike;

/** Options of `classify`. */
export interface ClassifyOptions extends RunOptions {
  /** How many classes to name, the best first; 5 by default, fewer if there are fewer. */
  readonly top?: number;
}

/** Options of `classifyAll`. */
export interface ClassifyAllOptions extends ClassifyOptions {
  /** Images that go through the network in one run; 1 by default. */
  readonly batch?: number;
  /**
   * Batches that are being decoded or computed at the same time; by default twice the number of
   * predictors. `concurrency` × `batch` images are read ahead at most.
   */
  readonly concurrency?: number;
}

/** Options of `features`. */
export interface FeaturesOptions extends RunOptions {
  /** The internal output: a node's name, with or without its ending `_output`. */
  readonly layer: string;
}

/** A class that an image may show. */
export interface Prediction {
  readonly label: string;
  /** Number of the class. */
  readonly index: number;
  /** Its probability, 0 to 1; or the output as it is, with `softmax: false`. */
  readonly score: number;
}

/** What `classifyAll` says about one image: `predictions`, or the error that it met. */
export type Classified<T extends ImageInput = ImageInput> =
  | {
      readonly ok: true;
      /** Position among the images, from 0. */
      readonly index: number;
      readonly image: T;
      readonly predictions: readonly Prediction[];
    }
  | { readonly ok: false; readonly index: number; readonly image: T; readonly error: Error };

/**
 * Names what images show.
 *
 * Holds native memory: call `dispose` or `close`, or declare it with `using` or `await using`.
 */
export class Classifier {
  readonly #parts: ClassifierParts;
  /** Without the batch axis. */
  readonly #imageShape: readonly number[];
  readonly #forFeatures = new Map<string, Predictor>();
  /** Calls that count for `maxWaiting`. */
  readonly #calls: RunQueue;
  #closing = false;
  #disposed = false;

  private constructor(parts: ClassifierParts) {
    this.#parts = parts;
    this.#imageShape = parts.input.shape.slice(1);
    this.#calls = new RunQueue(parts.pool.size + parts.maxWaiting, 0);
  }

  /**
   * Loads a model as a classifier.
   *
   * @param source - what `Model.load` takes; or a model, which the caller has to dispose of after
   *   the classifier
   * @param options - how images are prepared, the names of the classes, and what else there is
   * @throws {@link PredictError} as `Model.load` and `Model.createPool`; `argument`: there is no
   *   such preset, or an option is impossible, or it cannot be told whether scores want a softmax;
   *   `name`: it cannot be told which input or output to use; `unavailable`: the library tells
   *   too little, and the message says which option is needed
   * @throws {@link ShapeError} the number of labels is not that of the classes; the network does
   *   not take images of the preset's size
   * @throws {@link LoadError} a file is missing
   */
  static async load(source: Model | ModelInput, options: ClassifierOptions): Promise<Classifier> {
    return new Classifier(await loadParts(source, options));
  }

  /** Name, element type and shape of the input, for one image. */
  get input(): TensorInfo {
    return this.#parts.input;
  }

  /** Names of the classes, in order. */
  get labels(): readonly string[] {
    return this.#parts.labels;
  }

  /** Whether scores are the softmax of the network's output. */
  get softmax(): boolean {
    return this.#parts.softmax;
  }

  /** Whether `dispose` or `close` was called. */
  get disposed(): boolean {
    return this.#closing || this.#disposed;
  }

  /**
   * Says what an image shows. Images are decoded and the network computes off the main thread;
   * resizing and normalising take place on it. Calls at the same time go to different predictors.
   *
   * @param image - the image; its memory must not change until the promise settles
   * @param options - how many classes to name; `signal` ends the reading of the image, and drops
   *   or stops the run
   * @returns the best classes, the best first; equal ones in order of number
   * @throws {@link PredictError} `image`: it cannot be decoded; `unavailable`: there is nothing
   *   to decode it with; `argument`: `image` is none, or `top` is impossible; `busy`: more than
   *   `maxWaiting` calls wait; `aborted`; `disposed`; and as `Predictor.run`
   * @throws {@link LoadError} its file cannot be read
   * @throws {@link ShapeError} a tensor of another shape than the input's
   */
  async classify(image: ImageInput, options: ClassifyOptions = {}): Promise<readonly Prediction[]> {
    const top = checkWholeNumber("top", options.top ?? 5, 1);
    return this.#admit(async () => {
      const prepared = await this.#prepare(image, options.signal);
      const [scores] = await this.#scores([prepared], options);
      return this.#name(scores as Tensor, top);
    });
  }

  /**
   * Says what each of many images shows: in their order, several at a time, each result as soon as
   * it and those before it are there. Images are taken only as fast as results are asked for.
   *
   * An image that cannot be read or does not fit gives a result with its `error`; the others go on.
   *
   * @param images - an array, a generator, a stream; such as `imagesIn(folder)`, or a stream
   *   whose chunks are whole image files
   * @param options - how many classes to name; how many images at a time; `signal` ends it all
   * @returns one result for each image, in order
   * @throws {@link PredictError} `argument`: an option is impossible, or `images` is not several
   *   (a path alone, for instance); `aborted`; `disposed`; and what `images` itself throws, after
   *   the results before that
   */
  async *classifyAll<T extends ImageInput>(
    images: ItemSource<T>,
    options: ClassifyAllOptions = {},
  ): AsyncGenerator<Classified<T>, void, undefined> {
    this.#live();
    checkSource(images);
    const top = checkWholeNumber("top", options.top ?? 5, 1);
    const batch = checkWholeNumber("batch", options.batch ?? 1, 1);
    const concurrency = checkWholeNumber(
      "concurrency",
      options.concurrency ?? 2 * this.#parts.pool.size,
      1,
    );
    const results = mapInOrder(
      inGroups(images, batch),
      concurrency,
      (group, signal) => this.#classifyGroup(group, top, signal),
      options.signal,
    );
    let index = 0;
    for await (const group of results)
      for (const result of group) yield { ...result, index: index++ };
  }

  /**
   * What a layer inside of the network computes from images: embeddings, feature maps.
   *
   * The first call for a layer makes a predictor for it, on the calling thread; it is kept until
   * the classifier is disposed of.
   *
   * @param images - one image, or a batch of them
   * @param options - which layer; `signal` ends the reading of images, and drops or stops the run
   * @returns the layer's output for the images: its first axis counts them, also if there is one
   * @throws {@link PredictError} `name`: there is no such layer, near names are listed; and as `classify`
   */
  async features(
    images: ImageInput | readonly ImageInput[],
    options: FeaturesOptions,
  ): Promise<Tensor> {
    return this.#admit(async () => {
      const predictor = this.#predictorFor(options?.layer);
      const all: readonly ImageInput[] = isList(images) ? images : [images];
      if (all.length === 0) throw new PredictError("argument", "features of no images");
      const prepared = await Promise.all(all.map((image) => this.#prepare(image, options.signal)));
      const feeds = { [this.#parts.input.name]: joined(prepared) };
      return firstOf(await predictor.run(feeds, options));
    });
  }

  /**
   * What the classifier's pool of predictors is doing, and what it occupies.
   *
   * @throws {@link PredictError} `disposed`
   */
  stats(): PredictorPoolStats {
    return this.#parts.pool.stats();
  }

  /**
   * Takes no more images, lets calls of `classify` and `features` end, then gives the native
   * memory back. A sequence of `classifyAll` ends with code `disposed`.
   *
   * @returns when that is done; a second call waits for the same
   */
  async close(): Promise<void> {
    this.#closing = true;
    await this.#calls.idle();
    await this.#parts.pool.close();
    this.dispose();
  }

  /**
   * Gives the native memory back, at the end of the runs that are going on; calls that wait fail
   * with code `disposed`. A model that was handed to `load` stays. Calling it again does nothing.
   */
  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#parts.pool.dispose();
    for (const predictor of this.#forFeatures.values()) predictor.dispose();
    if (this.#parts.owned) this.#parts.model.dispose();
  }

  /** Calls `dispose`. */
  [Symbol.dispose](): void {
    this.dispose();
  }

  /** Calls `close`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #live(): void {
    if (this.disposed) throw disposed();
  }

  /** Makes a call one of those that are under way. */
  async #admit<T>(call: () => Promise<T>): Promise<T> {
    this.#live();
    if (this.#calls.full)
      throw new PredictError("busy", `${this.#calls.running} calls are under way, no more may be`);
    return this.#calls.run(call);
  }

  /** An image as the network takes it, with a batch axis of 1. */
  async #prepare(image: ImageInput, signal: AbortSignal | undefined): Promise<Tensor> {
    throwIfAborted(signal, dropped);
    if (isTensor(image)) return this.#checkTensor(image);
    const decoded = isEncoded(image) ? await platform().readImage(image, { signal }) : image;
    throwIfAborted(signal, dropped);
    return preprocess(decoded, this.#parts.recipe);
  }

  #checkTensor({ data, shape, dtype }: TensorLike): Tensor {
    const { name, dtype: expected } = this.#parts.input;
    const one = [1, ...this.#imageShape];
    const fits = [one, this.#imageShape].some((s) => String(s) === String(shape));
    if (!fits)
      throw new ShapeError(
        name,
        one,
        shape,
        `an image for this network has shape [${one.join(", ")}], the tensor [${shape?.join(", ")}]`,
      );
    const tensor = new Tensor(data, one, dtype);
    if (tensor.dtype !== expected)
      throw new PredictError(
        "dtype",
        `input "${name}" has element type ${expected}, the tensor ${tensor.dtype}; nothing is converted silently`,
      );
    return tensor;
  }

  /** The scores of each of several prepared images. */
  async #scores(prepared: readonly Tensor[], options: RunOptions): Promise<Tensor[]> {
    const { pool, input, labels, softmax } = this.#parts;
    const output = firstOf(await pool.run({ [input.name]: joined(prepared) }, options));
    return prepared.map((_, i) => {
      const scores = new Tensor(output.row(i).data, [labels.length], output.dtype);
      return softmax ? scores.softmax() : scores;
    });
  }

  #name(scores: Tensor, top: number): readonly Prediction[] {
    const { labels } = this.#parts;
    return scores.topK(top).map(({ index, value }) => ({
      label: labels[index] as string,
      index,
      score: value,
    }));
  }

  async #classifyGroup<T extends ImageInput>(
    group: readonly T[],
    top: number,
    signal: AbortSignal,
  ): Promise<Classified<T>[]> {
    this.#live();
    const prepared = await Promise.allSettled(group.map((image) => this.#prepare(image, signal)));
    const good = prepared.filter((p) => p.status === "fulfilled").map((p) => p.value);
    let scores: Tensor[] = [];
    let failure: unknown;
    try {
      if (good.length > 0) scores = await this.#scores(good, { signal });
    } catch (error) {
      failure = error;
    }
    return prepared.map((outcome, index): Classified<T> => {
      const image = group[index] as T;
      if (outcome.status === "rejected")
        return { ok: false, index, image, error: ofImage(outcome.reason) };
      const own = scores.shift();
      if (!own) return { ok: false, index, image, error: ofImage(failure) };
      return { ok: true, index, image, predictions: this.#name(own, top) };
    });
  }

  #predictorFor(layer: string): Predictor {
    if (typeof layer !== "string" || layer === "")
      throw new PredictError("argument", "features takes { layer: name of an internal output }");
    const made = this.#forFeatures.get(layer);
    if (made) return made;
    const { model, input, threads, memory } = this.#parts;
    const predictor = model.createPredictor({
      inputs: { [input.name]: input.shape },
      dtypes: { [input.name]: input.dtype },
      outputs: [layer],
      ...(threads === undefined ? {} : { threads }),
      ...(memory === undefined ? {} : { memory }),
    });
    this.#forFeatures.set(layer, predictor);
    return predictor;
  }
}

const dropped = "the call was dropped before it computed anything";

function disposed(): PredictError {
  return new PredictError("disposed", "the classifier was disposed");
}

/** The error of one image. @throws what is no fault of the image: the end of the whole sequence */
function ofImage(error: unknown): Error {
  if (error instanceof PredictError && (error.code === "aborted" || error.code === "disposed"))
    throw error;
  return error instanceof Error ? error : new PredictError("unknown", String(error));
}

function isTensor(image: ImageInput): image is TensorLike {
  return typeof image === "object" && image !== null && "shape" in image;
}

function isEncoded(image: ImageInput): image is string | URL | Uint8Array {
  return typeof image === "string" || image instanceof URL || image instanceof Uint8Array;
}

function isList(images: ImageInput | readonly ImageInput[]): images is readonly ImageInput[] {
  return Array.isArray(images);
}

/** @throws {@link PredictError} `argument`: not a sequence, or one whose items cannot be images */
function checkSource(images: unknown): void {
  const isSequence =
    typeof images === "object" &&
    images !== null &&
    !ArrayBuffer.isView(images) &&
    (Symbol.asyncIterator in images || Symbol.iterator in images);
  if (!isSequence)
    throw new PredictError(
      "argument",
      "classifyAll takes an array, a generator or a stream of images; imagesIn(folder) for a folder, [image] for one",
    );
}

function firstOf(outputs: Outputs): Tensor {
  return Object.values(outputs)[0] as Tensor;
}

/** Tensors of one shape, whose first axis is 1, behind each other. */
function joined(tensors: readonly Tensor[]): Tensor {
  const [first, ...others] = tensors as readonly [Tensor, ...Tensor[]];
  if (others.length === 0) return first;
  const data = new (arrayClassOf(first.dtype))(tensors.length * first.size);
  tensors.forEach((tensor, i) => {
    data.set(tensor.data as never, i * first.size);
  });
  return new Tensor(data, [tensors.length, ...first.shape.slice(1)], first.dtype);
}
