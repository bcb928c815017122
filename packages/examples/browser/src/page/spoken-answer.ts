/** The answer for screen readers: said when it has settled, not at each change. */
import type { Guess } from "../protocol.js";
import { part } from "./part.js";

const settledMs = 700;

export class SpokenAnswer {
  readonly #place = part("spoken");
  #timer = 0;
  #wanted = "";

  /** @param guess - the best; undefined for none */
  say(guess: Guess | undefined): void {
    const text = guess ? `${guess.label}, ${Math.round(100 * guess.score)} percent` : "";
    if (text === this.#wanted) return;
    this.#wanted = text;
    clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => {
      this.#place.textContent = text;
    }, settledMs);
  }
}
