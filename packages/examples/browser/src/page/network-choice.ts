/** Which network is open, which one is wanted, and the files that have come for one. */
import type { Calls, ModelFiles, Preparation } from "../protocol.js";
import { type GivenParts, ModelCollector } from "./model-parts.js";

/** What the worker is asked to open. */
export type Choice = Calls["open"]["ask"];

/** The network that comes with the page. */
export const digits: Choice = { model: "digits" };

export class NetworkChoice {
  readonly #collector = new ModelCollector();
  #wanted = digits;
  #opened: Choice | undefined;

  /** What is open, or would be if it could. */
  get wanted(): Choice {
    return this.#wanted;
  }

  /** What is open; else what is wanted. */
  get best(): Choice {
    return this.#opened ?? this.#wanted;
  }

  /** Whether what is wanted is open, so that it need not be loaded for other settings. */
  get isOpen(): boolean {
    return this.#opened?.model === this.#wanted.model;
  }

  /** Takes parts of a network. Settings stay if it is the one that is open, with other labels. */
  take(parts: GivenParts): Choice | string {
    const next = this.#collector.take(parts);
    if (next.step === "wait") return next.text;
    return { model: next.files, preparation: this.#preparationOf(next.files) };
  }

  /** Takes the digits, which have nothing to do with files that came before. */
  takeDigits(): Choice {
    this.#collector.forget();
    return digits;
  }

  want(choice: Choice): void {
    this.#wanted = choice;
  }

  opened(choice: Choice): void {
    this.#opened = choice;
    if (choice.model !== "digits") this.#collector.opened();
  }

  /** @param code - the library's; `size` and `load` are mended by trying again */
  failed(code: string): void {
    if (this.#wanted.model !== "digits") this.#collector.failed(code);
    if (code !== "size" && code !== "load") this.#wanted = this.best;
  }

  #preparationOf({ symbol, params }: ModelFiles): Preparation | undefined {
    const { model, preparation } = this.#opened ?? digits;
    if (model === "digits") return undefined;
    return model.symbol === symbol && model.params === params ? preparation : undefined;
  }
}
