/** The sheet on which a network is chosen and its preparation is set. */
import type { Preparation } from "../protocol.js";
import { part } from "./part.js";
import { SettingsForm } from "./settings-form.js";

/** What is chosen on it. */
export interface SheetChoices {
  /** Files of any kind that the page knows. */
  files(files: readonly File[]): void;
  digits(): void;
  prepare(preparation: Preparation): void;
}

export class NetworkSheet {
  readonly #dialog = part<HTMLDialogElement>("sheet");
  readonly #settings: SettingsForm;

  constructor(choices: SheetChoices) {
    this.#settings = new SettingsForm((preparation) => {
      this.close();
      choices.prepare(preparation);
    });
    for (const id of ["model-button", "network-button"])
      part(id).addEventListener("click", () => this.open());
    part("sheet-close").addEventListener("click", () => this.close());
    // A click beside the sheet is one on the dialog itself.
    this.#dialog.addEventListener("click", ({ target }) => {
      if (target === this.#dialog) this.close();
    });
    part("open-digits").addEventListener("click", () => {
      this.close();
      choices.digits();
    });
    const input = part<HTMLInputElement>("files-input");
    part("open-files").addEventListener("click", () => input.click());
    input.addEventListener("change", () => {
      const files = [...(input.files ?? [])];
      input.value = "";
      choices.files(files);
    });
  }

  open(): void {
    if (!this.#dialog.open) this.#dialog.showModal();
  }

  close(): void {
    this.#dialog.close();
  }

  /** Says what is missing. */
  setStatus(text: string): void {
    part("sheet-status").textContent = text;
  }

  /** Shows how pictures are prepared; undefined if there is nothing to set. */
  setPreparation(preparation: Preparation | undefined): void {
    this.#settings.show(preparation);
  }
}
