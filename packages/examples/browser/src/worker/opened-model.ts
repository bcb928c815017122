/** The model that the worker runs: network, predictor, names of classes, preparation. */
import {
  type Model,
  outputScale,
  PredictError,
  type Predictor,
  type Tensor,
} from "@libpredict/wasm";
import type { Guess, ModelCard, Picture, Preparation, Reading } from "../protocol.js";
import { digitInput } from "./digit-input.js";
import { layerCosts } from "./layer-costs.js";
import { pictureInput } from "./picture-input.js";

const shownGuesses = 5;

/** What a model is made of. */
export interface ModelParts {
  readonly name: string;
  readonly model: Model;
  readonly labels: readonly string[] | undefined;
  /** Undefined for the digit network. */
  readonly preparation: Preparation | undefined;
}

/** A network that is ready for pictures. */
export class OpenedModel {
  readonly parts: ModelParts;
  readonly #predictor: Predictor;
  readonly #isLogits: boolean;

  /**
   * Takes the predictor over, but leaves the model to the caller.
   *
   * @throws PredictError the output is not that of a classifier, or has another number of classes
   *   than there are labels
   */
  constructor(parts: ModelParts, predictor: Predictor) {
    this.parts = parts;
    this.#predictor = predictor;
    this.#isLogits = outputScale(predictor.describe(), 0).scale === "logits";
    const { labels } = parts;
    if (labels && labels.length !== this.#classes)
      throw new PredictError(
        "argument",
        `the network has ${this.#classes} classes, the file of labels names ${labels.length}`,
      );
  }

  /** What the page shows of it. */
  get card(): ModelCard {
    const { name, preparation } = this.parts;
    const stats = this.#predictor.stats();
    return {
      name,
      preparation,
      classes: this.#classes,
      inputShape: this.#predictor.inputs[0]?.shape ?? [],
      weightsBytes: stats.weightsBytes,
      temporaryBytes: stats.packedBytes + stats.arenaBytes + stats.scratchBytes + stats.planBytes,
      layers: layerCosts(this.#predictor.describe()),
    };
  }

  /** Recognises. @throws PredictError what the library reports */
  read(picture: Picture): Reading {
    const began = performance.now();
    const { preparation } = this.parts;
    const digit = preparation ? undefined : digitInput(picture);
    const input = preparation ? pictureInput(picture, preparation) : digit?.data;
    const prepared = performance.now();
    const guesses = input ? this.#guess(input) : [];
    const ended = performance.now();
    return {
      guesses,
      seen: digit?.pixels,
      tookMs: ended - began,
      networkMs: input ? ended - prepared : 0,
    };
  }

  /** Gives the predictor's memory back. */
  dispose(): void {
    this.#predictor.dispose();
  }

  get #classes(): number {
    const [output] = this.#predictor.outputs;
    return output?.shape.slice(1).reduce((all, dim) => all * dim, 1) ?? 0;
  }

  #guess(input: Tensor | Float32Array): readonly Guess[] {
    const [{ name = "data" } = {}] = this.#predictor.inputs;
    const [output] = Object.values(this.#predictor.runSync({ [name]: input }));
    if (!output) return [];
    const row = output.reshape([this.#classes]);
    const scores = this.#isLogits ? row.softmax() : row;
    return scores.topK(Math.min(shownGuesses, this.#classes)).map(({ index, value }) => ({
      label: this.parts.labels?.[index] ?? `class ${index}`,
      score: value,
    }));
  }
}
