/** A message above everything, until it is closed or settled. */
import { part } from "./part.js";

/** What to tell, and a way out where there is one. */
export interface Message {
  readonly title: string;
  readonly text: string;
  readonly advice?: string;
  readonly action?: { readonly label: string; run(): void };
}

export class Notice {
  readonly #box = part("notice");
  readonly #action = part<HTMLButtonElement>("notice-action");
  #run: (() => void) | undefined;

  constructor() {
    part("notice-close").addEventListener("click", () => this.hide());
    document.addEventListener("keydown", ({ key }) => {
      if (key === "Escape") this.hide();
    });
    this.#action.addEventListener("click", () => {
      const run = this.#run;
      this.hide();
      run?.();
    });
  }

  show({ title, text, advice = "", action }: Message): void {
    part("notice-title").textContent = title;
    part("notice-text").textContent = text;
    part("notice-advice").textContent = advice;
    this.#run = action?.run;
    this.#action.textContent = action?.label ?? "";
    this.#action.hidden = action === undefined;
    this.#box.hidden = false;
  }

  hide(): void {
    this.#box.hidden = true;
  }
}
