/**
 * Runs a model on inputs: reads and prepares them, and makes sense of the outputs.
 * Invariant: all runs go through one pool, which is made for the first input that is ready.
 */
import {
  type DType,
  decodeImage,
  type Image,
  type MemoryMode,
  type Model,
  type OutputScale,
  type Outputs,
  outputScale,
  PredictError,
  type PredictorPool,
  type PreprocessOptions,
  preprocess,
  type Tensor,
} from "@libpredict/core";
import { CommandError, UsageError } from "../command-errors.js";
import { describeError } from "../report-error.js";
import { type GivenItem, type InputItem, type Item, readInputFile } from "./input-items.js";
import { type Prediction, summarizeOutput } from "./prediction.js";
import { castArray, readArrays } from "./read-arrays.js";

/** What a session does with every input. */
export interface SessionOptions {
  readonly model: Model;
  /** Name of the input that images and arrays go to. */
  readonly input: string;
  /** Arrays for the other inputs. */
  readonly others: Readonly<Record<string, Tensor>>;
  /** Needed for images. */
  readonly recipe?: PreprocessOptions;
  /** The shape that arrays are given, but for their first axis. */
  readonly shape?: readonly number[];
  /** The element type that arrays are converted to. */
  readonly cast?: DType;
  /** Internal outputs to compute instead of the model's. */
  readonly layers?: readonly string[];
  readonly threads?: number;
  readonly memory?: MemoryMode;
  /** Predictors, and so runs at the same time. */
  readonly size: number;
  /** How many classes to name. */
  readonly top: number;
  readonly labels?: readonly string[];
  /** Whether outputs are classes, and softmax makes them probabilities; `auto`: the operator that makes the output tells. */
  readonly classes: "softmax" | "as they are" | "none" | "auto";
  readonly signal: AbortSignal;
}

/** What came of one input, and the outputs themselves. */
export interface ItemResult {
  readonly item: Item;
  /** One for each row of classes; else one. */
  readonly predictions: readonly Prediction[];
  /** Undefined if it failed. */
  readonly outputs?: Outputs;
}

/** Inputs that go through the network in one run: images, or one array. */
export type InputGroup = readonly Item[];

/** Puts up to `batch` consecutive images together; arrays stay alone. */
export function groupInputs(items: readonly Item[], batch: number): InputGroup[] {
  const groups: Item[][] = [];
  for (const item of items) {
    const last = groups.at(-1);
    const joins = item.kind === "image" && last?.[0]?.kind === "image" && last.length < batch;
    if (joins) last.push(item);
    else groups.push([item]);
  }
  return groups;
}

/** What a score is: the network's probability, the softmax of its output, or its output as it is. */
export type ScoreKind = "probabilities" | "softmax" | "values";

type Feeds = Readonly<Record<string, Tensor>>;

/** A model with its pool, in use. */
export class PredictionSession {
  readonly #options: SessionOptions;
  #pool: PredictorPool | undefined;
  #scores: ScoreKind | undefined;

  constructor(options: SessionOptions) {
    this.#options = options;
  }

  /** What scores are; undefined before the first run, and where outputs are no classes. */
  get scores(): ScoreKind | undefined {
    return this.#scores;
  }

  /**
   * Predicts from a group. An input that fails has a prediction with an error.
   *
   * @throws {@link PredictError} nothing can be predicted from any image: the network does not
   *   take the shape of the recipe, or an output does not exist; `aborted`
   */
  async predict(group: InputGroup): Promise<readonly ItemResult[]> {
    const [first] = group;
    if (first === undefined) return [];
    if (first.kind === "lost") return [this.#failure(first, first.error)];
    if (first.kind === "array" || first.kind === "given") return [await this.#predictArray(first)];
    return this.#predictImages(group as readonly InputItem[]);
  }

  /** Gives the memory back. */
  dispose(): void {
    this.#pool?.dispose();
  }

  async #predictArray(item: InputItem | GivenItem): Promise<ItemResult> {
    let feeds: Feeds = {};
    try {
      feeds = await this.#feedsOf(item);
      const outputs = await this.#run(this.#poolFor(feeds), feeds);
      return { item, predictions: this.#interpret(item.name, outputs), outputs };
    } catch (error) {
      if (concernsAll(error)) throw error;
      return this.#failure(item, withArrayHint(error, feeds));
    }
  }

  async #feedsOf(item: InputItem | GivenItem): Promise<Feeds> {
    const { others } = this.#options;
    if (item.kind === "given") return others;
    const { source } = item;
    const content = typeof source === "string" ? await readInputFile(source) : source;
    return { ...others, ...this.#arrayFeeds(content) };
  }

  async #predictImages(group: readonly InputItem[]): Promise<readonly ItemResult[]> {
    const { recipe, input, others } = this.#options;
    if (recipe === undefined) throw new Error("images without a recipe");
    const results = new Map<InputItem, ItemResult>();
    const decoded = new Map<InputItem, Image>();
    for (const item of group)
      try {
        decoded.set(item, await decodeImage(item.source));
      } catch (error) {
        results.set(item, this.#failure(item, error));
      }
    if (decoded.size > 0) {
      const feeds = { ...others, [input]: preprocess([...decoded.values()], recipe) };
      const pool = this.#poolForImages(feeds);
      try {
        const outputs = await this.#run(pool, feeds);
        [...decoded.keys()].forEach((item, row) => {
          const own = decoded.size === 1 ? outputs : rowOfEach(outputs, row, decoded.size);
          const predictions = this.#interpret(item.name, own);
          results.set(item, { item, predictions, outputs: own });
        });
      } catch (error) {
        for (const item of decoded.keys()) results.set(item, this.#failure(item, error));
      }
    }
    return group.map((item) => results.get(item) as ItemResult);
  }

  /** The arrays of a file, by input. */
  #arrayFeeds(content: Uint8Array): Feeds {
    const { input, shape, cast, model } = this.#options;
    const fit = (tensor: Tensor): Tensor => {
      const typed = castArray(tensor, cast);
      return shape === undefined ? typed : typed.reshape([-1, ...shape.slice(1)]);
    };
    const arrays = readArrays(content);
    const [first] = arrays;
    if (first === undefined) throw new CommandError("file", "the file has no arrays");
    if (arrays.length === 1 && (first.name === undefined || first.name === input))
      return { [input]: fit(first.tensor) };
    if (arrays.some(({ name }) => name === undefined))
      throw new CommandError("file", `the file has ${arrays.length} arrays without names`);
    const known = new Set([input, ...inputsOf(model)]);
    const strange = arrays.find(({ name }) => !known.has(name as string));
    if (strange)
      throw new CommandError(
        "file",
        `the file's array "${strange.name}" is no input; the inputs are ${[...known].join(", ")}`,
      );
    return Object.fromEntries(
      arrays.map(({ name, tensor }) => [
        name,
        name === input ? fit(tensor) : castArray(tensor, cast),
      ]),
    );
  }

  #poolFor(feeds: Feeds): PredictorPool {
    if (this.#pool) return this.#pool;
    const { model, layers, threads, memory, size } = this.#options;
    const entries = Object.entries(feeds);
    this.#checkNames(feeds);
    this.#pool = model.createPool({
      inputs: Object.fromEntries(entries.map(([name, { shape }]) => [name, shape])),
      dtypes: Object.fromEntries(
        entries.filter(([, { dtype }]) => dtype !== "float32").map(([name, t]) => [name, t.dtype]),
      ),
      ...(layers && { outputs: layers }),
      ...(threads !== undefined && { threads }),
      ...(memory !== undefined && { memory }),
      size,
    });
    this.#scores = this.#scoresOf(this.#pool);
    return this.#pool;
  }

  #checkNames(feeds: Feeds): void {
    const inputs = inputsOf(this.#options.model);
    const strange = Object.keys(feeds).find((name) => !inputs.includes(name));
    if (inputs.length > 0 && strange !== undefined)
      throw new UsageError(
        `the model has no input "${strange}"`,
        `Its inputs are ${inputs.join(", ")}.`,
      );
  }

  #scoresOf(pool: PredictorPool): ScoreKind | undefined {
    const { classes, layers, labels } = this.#options;
    if (classes === "softmax") return "softmax";
    if (classes === "none" || layers) return undefined;
    const scale = scaleOf(pool);
    if (classes === "as they are") return scale === "probabilities" ? scale : "values";
    if (scale) return scale === "logits" ? "softmax" : "probabilities";
    if (labels)
      throw new UsageError(
        "the network does not tell whether its output is probabilities",
        "Pass --softmax if it is not, or --no-softmax to take it as it is.",
      );
    return undefined;
  }

  /** A failure is one of the recipe, not of an image. */
  #poolForImages(feeds: Feeds): PredictorPool {
    try {
      return this.#poolFor(feeds);
    } catch (error) {
      if (!(error instanceof PredictError) || error.code !== "shape") throw error;
      const { input } = this.#options;
      const made = feeds[input]?.shape ?? [];
      throw new CommandError(
        "shape",
        `the network does not take images as ${input}=${made.join(",")}: ${error.message}`,
        channelHint(error.message, made) ??
          `State the shape that the network takes, such as --input ${input}=${shapeExample(made)}; images are made to fit.`,
        { cause: error },
      );
    }
  }

  async #run(pool: PredictorPool, feeds: Feeds): Promise<Outputs> {
    return pool.run(feeds, { signal: this.#options.signal });
  }

  #interpret(input: string, outputs: Outputs): Prediction[] {
    const entries = Object.entries(outputs);
    const [only] = entries;
    const { top, labels } = this.#options;
    if (only === undefined || entries.length > 1 || !this.#scores || !hasClasses(only[1]))
      return [{ input, outputs: entries.map(([name, tensor]) => summarizeOutput(name, tensor)) }];
    const [rows = 0, ...rest] = only[1].shape;
    const classes = rest.reduce((product, dim) => product * dim, 1);
    if (labels && labels.length !== classes)
      throw new CommandError(
        "labels",
        `the network has ${classes} classes, there are ${labels.length} labels`,
      );
    const scores = only[1].reshape([rows, classes]);
    const scaled = this.#scores === "softmax" ? scores.softmax() : scores;
    return Array.from({ length: rows }, (_, row) => ({
      input,
      row,
      top: scaled
        .row(row)
        .topK(top)
        .map(({ index, value }) => ({ index, label: labels?.[index] ?? null, score: value })),
    }));
  }

  #failure(item: Item, error: unknown): ItemResult {
    if (this.#options.signal.aborted) throw error;
    return { item, predictions: [{ input: item.name, error: describeError(error) }] };
  }
}

/** An input of another size, for a hint. */
function shapeExample(made: readonly number[]): string {
  const [, channels = 3] = made;
  return made.at(-1) === 3 || made.at(-1) === 1
    ? `1,112,112,${made.at(-1)}`
    : `1,${channels},112,112`;
}

/** What to do where the first weights tell that channels are wrong, not the size. */
function channelHint(message: string, made: readonly number[]): string | undefined {
  const shapes = /from\.shape = \(([\d,]+)\) to\.shape=\(([\d,]+)\)/.exec(message)?.slice(1);
  const [file, graph] = (shapes ?? []).map((shape) => shape.split(",").map(Number));
  if (file?.length !== 4 || graph?.[1] !== made[1] || file[1] === graph?.[1]) return undefined;
  return `The network takes images of ${file[1]} channel${file[1] === 1 ? "" : "s"}, the preset makes ${made[1]}: use another (gray makes 1, the others 3).`;
}

function scaleOf(pool: PredictorPool): OutputScale["scale"] {
  try {
    return outputScale(pool.describe(), 0).scale;
  } catch (error) {
    // MXNet's own library cannot describe a graph.
    if (error instanceof PredictError && error.code === "unavailable") return undefined;
    throw error;
  }
}

/** Whether a tensor has shape [N, classes], or [N, classes, 1, 1]. */
function hasClasses({ shape, dtype }: Tensor): boolean {
  const [, classes = 0, ...rest] = shape;
  return classes > 1 && rest.every((dim) => dim === 1) && /^float/.test(dtype);
}

/** The outputs of one image of a batch. @throws {@link CommandError} `batch`: they cannot be told apart */
function rowOfEach(outputs: Outputs, row: number, rows: number): Outputs {
  return Object.fromEntries(
    Object.entries(outputs).map(([name, tensor]) => {
      if (tensor.shape[0] !== rows)
        throw new CommandError(
          "batch",
          `output ${name} of shape ${tensor.shape.join("×")} does not have one entry for each of ${rows} images`,
          "Leave --batch out.",
        );
      return [name, tensor.slice([row, row + 1])];
    }),
  );
}

/** Whether every input would fail in the same way. */
function concernsAll(error: unknown): boolean {
  if (error instanceof UsageError) return true;
  const codes = ["name", "unsupported", "missing", "unavailable", "labels"];
  return codes.includes((error as { code?: string }).code ?? "");
}

/** Says what to do about an array of another type or shape than the network's. */
function withArrayHint(error: unknown, feeds: Feeds): unknown {
  if (!(error instanceof PredictError)) return error;
  const hints: Record<string, string | undefined> = {
    dtype: Object.values(feeds).some(({ dtype }) => dtype !== "float32")
      ? "--cast converts arrays to float32."
      : undefined,
    shape: "--input data=1,3,224,224 gives arrays another shape of as many elements.",
  };
  return new CommandError(error.code, error.message, hints[error.code], { cause: error });
}

function inputsOf(model: Model): readonly string[] {
  try {
    return model.inputs;
  } catch (error) {
    // MXNet's own library cannot tell.
    if (error instanceof PredictError && error.code === "unavailable") return [];
    throw error;
  }
}
