/** The answer: five bars, and for digits the digit itself and what the network saw. */
import type { Guess, Reading } from "../protocol.js";
import { shareText } from "./number-text.js";
import { made, part } from "./part.js";

const rows = 5;

interface Row {
  readonly item: HTMLElement;
  readonly label: HTMLElement;
  readonly share: HTMLElement;
  readonly bar: HTMLElement;
}

export class AnswerView {
  readonly #rows: readonly Row[];
  readonly #seen = part<HTMLCanvasElement>("seen");

  constructor() {
    const list = part("top-five");
    this.#rows = Array.from({ length: rows }, () => {
      const item = made("li", "guess");
      const bar = made("span", "guess-bar");
      const label = made("span", "guess-label");
      const share = made("span", "guess-share");
      item.append(bar, label, share);
      list.append(item);
      return { item, label, share, bar };
    });
    this.clear();
  }

  /** Shows a reading. */
  show({ guesses, seen }: Pick<Reading, "guesses" | "seen">): void {
    for (const [i, row] of this.#rows.entries()) fill(row, guesses[i]);
    part("best").textContent = guesses[0]?.label ?? "";
    part("best-share").textContent = guesses[0] ? shareText(guesses[0].score) : "";
    this.#paint(seen);
  }

  /** Shows that there is nothing. */
  clear(): void {
    this.show({ guesses: [] });
  }

  /** Makes room for a digit beside the bars, or gives the bars all of it. */
  setDigits(isDigits: boolean): void {
    part("answer").classList.toggle("with-digit", isDigits);
  }

  /** Ink as transparent to opaque: the page's own colour is behind it. */
  #paint(seen: Uint8Array | undefined): void {
    const context = this.#seen.getContext("2d");
    const pixels = new ImageData(8, 8);
    const [r = 0, g = 0, b = 0] =
      getComputedStyle(this.#seen).color.match(/\d+/g)?.map(Number) ?? [];
    seen?.forEach((ink, i) => {
      pixels.data.set([r, g, b, Math.round((255 * ink) / 16)], i * 4);
    });
    context?.putImageData(pixels, 0, 0);
  }
}

function fill({ item, label, share, bar }: Row, guess: Guess | undefined): void {
  label.textContent = guess?.label ?? "";
  label.title = guess?.label ?? "";
  share.textContent = guess ? shareText(guess.score) : "";
  bar.style.transform = `scaleX(${guess?.score ?? 0})`;
  item.classList.toggle("none", !guess);
}
