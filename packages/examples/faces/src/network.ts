/** A network of a detector: one copy of its weights, and a predictor for each of its uses. */
import { join } from "node:path";
import { Model, type Outputs, PredictError, type Predictor, type Tensor } from "@libpredict/core";
import type { DetectorOptions } from "./face.js";

/** Runs one after the other; holds native memory until `dispose`. */
export class Network {
  readonly #name: string;
  readonly #model: Model;
  readonly #options: DetectorOptions;
  readonly #predictors = new Map<string, Predictor>();

  private constructor(name: string, model: Model, options: DetectorOptions) {
    this.#name = name;
    this.#model = model;
    this.#options = options;
  }

  /**
   * @param name - prefix of the files `name-symbol.json` and `name-NNNN.params` in `folder`
   * @throws LoadError, PredictError: see `Model.load`
   */
  static async load(folder: string, name: string, options: DetectorOptions): Promise<Network> {
    return new Network(name, await Model.load(join(folder, name)), options);
  }

  /**
   * Runs the network, whose input is called `data`.
   *
   * @param use - inputs of the same use mostly have the same shape: each use keeps a predictor,
   *   which plans anew only when the shape changes
   * @param data - the input, float32 [N, C, height, width]
   * @throws PredictError: see `Predictor.run`; the signal's reason, if it was aborted before
   */
  async run(use: string, data: Tensor, signal: AbortSignal | undefined): Promise<Outputs> {
    signal?.throwIfAborted();
    const { threads, onRun } = this.#options;
    let predictor = this.#predictors.get(use);
    if (predictor === undefined) {
      const inputs = { data: data.shape };
      predictor = this.#model.createPredictor(threads ? { inputs, threads } : { inputs });
      this.#predictors.set(use, predictor);
    }
    const outputs = await predictor.run({ data }, signal ? { signal } : {});
    onRun?.({ network: this.#name, input: data.shape, outputs });
    return outputs;
  }

  dispose(): void {
    for (const predictor of this.#predictors.values()) predictor.dispose();
    this.#model.dispose();
  }
}

/** @throws {@link PredictError} `name`: there is no such float32 output, so it is another network than was meant */
export function floatOutput(outputs: Outputs, name: string): Tensor<"float32"> {
  const tensor = outputs[name];
  if (tensor?.dtype !== "float32") {
    const names = Object.keys(outputs).join(", ");
    throw new PredictError("name", `the network has no float32 output ${name}, but ${names}`);
  }
  return tensor as Tensor<"float32">;
}
