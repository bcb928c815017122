/** A backend that keeps what models are made of, and makes them when the test says so. */
import type { Backend, BackendModel, ModelSource } from "../../src/backend.js";

export class RecordingBackend implements Backend {
  readonly name = "recording";
  readonly sources: ModelSource[] = [];
  disposals = 0;
  /** What the making of a model waits for. */
  gate: Promise<void> = Promise.resolve();

  async createModel(source: ModelSource): Promise<BackendModel> {
    this.sources.push(source);
    await this.gate;
    return {
      inputs: ["data"],
      outputs: ["softmax_output"],
      createPredictor: () => {
        throw new Error("the recording backend makes no predictors");
      },
      dispose: () => {
        this.disposals++;
      },
    };
  }

  /** Symbol and parameters of the last model, as text. */
  get last(): [string, string | undefined] {
    const { symbol, params } = this.sources.at(-1) as ModelSource;
    const text = (bytes: Uint8Array | string): string =>
      typeof bytes === "string" ? bytes : new TextDecoder().decode(bytes);
    return [text(symbol), params && text(params)];
  }
}
