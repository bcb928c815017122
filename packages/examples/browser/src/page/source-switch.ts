/** What is recognised at the moment: the pad, the camera, a picture. */
import { part } from "./part.js";

export type Source = "draw" | "camera" | "picture";

export class SourceSwitch {
  readonly #stage = part("stage");
  readonly #buttons = document.querySelectorAll<HTMLButtonElement>("nav [data-source]");

  /** @param chosen - called when the user chooses, also what is there already */
  constructor(chosen: (source: Source) => void) {
    for (const button of this.#buttons)
      button.addEventListener("click", () => chosen(button.dataset["source"] as Source));
  }

  get current(): Source {
    return this.#stage.dataset["source"] as Source;
  }

  /** Shows a source and its buttons. */
  show(source: Source): void {
    this.#stage.dataset["source"] = source;
    for (const button of this.#buttons)
      button.setAttribute("aria-pressed", String(button.dataset["source"] === source));
  }
}
