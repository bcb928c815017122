/** The files of a model, which come all at once or one by one. */
import type { ModelFiles } from "../protocol.js";

/** Which file. */
export type ModelPart = "symbol" | "params" | "labels";

/** What has come. */
export type GivenParts = Readonly<Partial<Record<ModelPart, File>>>;

/** What to do next. */
export type NextStep =
  | { readonly step: "open"; readonly files: ModelFiles }
  /** A part is missing; the text says which. */
  | { readonly step: "wait"; readonly text: string };

export class ModelCollector {
  #given: GivenParts = {};
  #opened: GivenParts | undefined;

  /** Takes files, and says whether they make a model. */
  take(files: GivenParts): NextStep {
    // Labels alone are for the model that is open already.
    const isForOpen = files.labels && !files.symbol && !files.params && !this.#hasNetwork;
    this.#given = { ...(isForOpen ? this.#opened : undefined), ...this.#given, ...files };
    const { symbol, params, labels } = this.#given;
    if (symbol && params)
      return { step: "open", files: { name: nameOf(symbol), symbol, params, labels } };
    if (symbol)
      return { step: "wait", text: `${symbol.name} is here. Now its weights: the .params file.` };
    if (params)
      return {
        step: "wait",
        text: `${params.name} is here. Now its graph: the -symbol.json file.`,
      };
    return {
      step: "wait",
      text: `${labels?.name ?? "The file"} is here. Now the network: its -symbol.json and .params files.`,
    };
  }

  /** What was given is open now; if nothing was, what was open before has other settings. */
  opened(): void {
    if (this.#hasNetwork) this.#opened = this.#given;
    this.#given = {};
  }

  /** It did not open. The part that is to blame goes; the others wait for a better one. */
  failed(code: string): void {
    // No file is to blame: it opens once its size is known.
    if (code === "size") return;
    const blamed: ModelPart | undefined =
      code === "params" ? "params" : code === "symbol" ? "symbol" : undefined;
    this.#given = blamed ? { ...this.#given, [blamed]: undefined } : {};
  }

  /** Another model is open, so that labels alone belong to none of ours. */
  forget(): void {
    this.#given = {};
    this.#opened = undefined;
  }

  get #hasNetwork(): boolean {
    return this.#given.symbol !== undefined || this.#given.params !== undefined;
  }
}

function nameOf({ name }: File): string {
  return name.replace(/-symbol\.json$|\.json$/i, "");
}
