/**
 * The backend over a library that has only MXNet's part of the header. Every predictor reads
 * the whole model; what the header's first part cannot tell is `unavailable`.
 */
import type { Binding, PredictorHandle } from "@libpredict/ffi";
import type {
  BackendModel,
  BackendPredictor,
  ModelSource,
  PredictorOptions,
  PredictorStats,
  TensorInfo,
} from "../backend.js";
import { dtypeCode, dtypeName } from "../binding-backend.js";
import { translated, translateError } from "../binding-errors.js";
import { arrayClassOf, type ElementData } from "../element-data.js";
import type { GraphDescription } from "../graph-description.js";
import { PredictError } from "../predict-error.js";
import type { RunProfile } from "../run-profile.js";
import { shapeArguments } from "../shape-arguments.js";
import { elementCount } from "../tensor-shape.js";
import { symbolOutputNames } from "./symbol-outputs.js";

const cpu = 1;

export class PartOneModel implements BackendModel {
  readonly outputs: readonly string[];
  readonly #symbol: string;
  readonly #params: Uint8Array;

  constructor(
    readonly library: Binding,
    source: ModelSource,
  ) {
    this.#symbol =
      typeof source.symbol === "string" ? source.symbol : new TextDecoder().decode(source.symbol);
    this.#params = source.params ?? new Uint8Array(0);
    this.outputs = symbolOutputNames(this.#symbol);
  }

  get inputs(): readonly string[] {
    throw unavailable(this.library, "tell the names of a model's inputs");
  }

  createPredictor(options: PredictorOptions): BackendPredictor {
    if (options.threads !== undefined) throw unavailable(this.library, "set the number of threads");
    if (options.memory !== undefined) throw unavailable(this.library, "choose what memory to save");
    if (options.disabledPasses?.length) throw unavailable(this.library, "switch passes off");
    const handle = translated(() => this.#create(options));
    try {
      return new PartOnePredictor(this, handle, options);
    } catch (error) {
      this.library.MXPredFree(handle);
      throw translateError(error);
    }
  }

  #create(options: PredictorOptions): PredictorHandle {
    const { count, keys, indptr, dims } = shapeArguments(options.inputs);
    const params = this.#params;
    const dtypes = Object.entries(options.dtypes ?? {});
    const outputs = options.outputs ?? [];
    if (dtypes.length > 0 && outputs.length > 0)
      throw unavailable(this.library, "take dtypes and outputs together");
    const { library } = this;
    const symbol = this.#symbol;
    const size = params.byteLength;
    if (outputs.length > 0)
      return library.MXPredCreatePartialOut(
        symbol,
        params,
        size,
        cpu,
        0,
        count,
        keys,
        indptr,
        dims,
        outputs.length,
        outputs,
      );
    if (dtypes.length > 0)
      return library.MXPredCreateEx(
        symbol,
        params,
        size,
        cpu,
        0,
        count,
        keys,
        indptr,
        dims,
        dtypes.length,
        dtypes.map(([name]) => name),
        Int32Array.from(dtypes, ([name, dtype]) => dtypeCode(name, dtype)),
      );
    return library.MXPredCreate(symbol, params, size, cpu, 0, count, keys, indptr, dims);
  }

  dispose(): void {
    // Nothing native: the predictors own everything.
  }
}

class PartOnePredictor implements BackendPredictor {
  readonly inputs: readonly TensorInfo[];
  readonly outputs: readonly TensorInfo[];
  readonly #library: Binding;

  constructor(
    readonly model: PartOneModel,
    readonly handle: PredictorHandle,
    readonly options: PredictorOptions,
  ) {
    this.#library = model.library;
    this.inputs = Object.entries(options.inputs).map(([name, shape]) => ({
      name,
      dtype: options.dtypes?.[name] ?? "float32",
      shape: [...shape],
    }));
    const names = options.outputs?.length
      ? options.outputs.map((name) => `${name}_output`)
      : model.outputs;
    this.outputs = names.map((name, i) => ({
      name,
      dtype: dtypeName(this.#library.MXPredGetOutputType(handle, i)),
      shape: Array.from(this.#library.MXPredGetOutputShape(handle, i).shape_data),
    }));
  }

  setInput(input: TensorInfo, data: ElementData): void {
    translated(() => this.#library.MXPredSetInput(this.handle, input.name, data, data.length));
  }

  async forward(): Promise<void> {
    try {
      await this.#library.MXPredForwardAsync(this.handle);
    } catch (error) {
      throw translateError(error);
    }
  }

  forwardSync(): void {
    translated(() => this.#library.MXPredForward(this.handle));
  }

  readOutput(index: number): ElementData {
    const { dtype, shape } = this.outputs[index] as TensorInfo;
    const size = elementCount(shape);
    const data = new (arrayClassOf(dtype))(size);
    translated(() => this.#library.MXPredGetOutput(this.handle, index, data, size));
    return data;
  }

  /** Reads the model again: MXNet's own reshape shares inputs and activations with the old predictor. */
  reshape(inputs: Readonly<Record<string, readonly number[]>>): BackendPredictor {
    return this.model.createPredictor({
      ...this.options,
      inputs: { ...this.options.inputs, ...inputs },
    });
  }

  stats(): PredictorStats {
    throw unavailable(this.#library, "tell what a predictor occupies");
  }

  describe(): GraphDescription {
    throw unavailable(this.#library, "describe a predictor's graph");
  }

  setProfiling(): void {
    throw unavailable(this.#library, "measure a predictor's nodes");
  }

  readProfile(): RunProfile {
    throw unavailable(this.#library, "measure a predictor's nodes");
  }

  dispose(): void {
    translated(() => this.#library.MXPredFree(this.handle));
  }
}

function unavailable(library: Binding, what: string): PredictError {
  return new PredictError(
    "unavailable",
    `${library.path} has only MXNet's part of the header and cannot ${what}`,
  );
}
