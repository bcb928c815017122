/** The page: sources on one side, the worker on the other, and what it answers. */
import type { Calls, ModelCard, Picture, Preparation } from "../protocol.js";
import { AnswerView } from "./answer-view.js";
import { failureMessage } from "./failure-message.js";
import { FiguresView } from "./figures-view.js";
import { sortFiles } from "./file-kinds.js";
import { showLayers } from "./layer-chart.js";
import type { GivenParts } from "./model-parts.js";
import { type Choice, NetworkChoice } from "./network-choice.js";
import { NetworkSheet } from "./network-sheet.js";
import { NewestOnly } from "./newest-only.js";
import { Notice } from "./notice.js";
import { part } from "./part.js";
import { PictureSources } from "./picture-sources.js";
import { CallError, type Recognition, WorkerBroken } from "./recognition.js";
import { SpokenAnswer } from "./spoken-answer.js";

/** What the settings show where nothing is known of a network. */
const anyPreparation: Preparation = {
  width: 224,
  height: 224,
  colours: "rgb",
  fit: "short-side",
  scale: 1 / 255,
  mean: [0],
  deviation: [1],
  invert: false,
  lean: false,
};

export class RecogniserApp {
  readonly #recognition: Recognition;
  readonly #answer = new AnswerView();
  readonly #figures = new FiguresView();
  readonly #spoken = new SpokenAnswer();
  readonly #notice = new Notice();
  readonly #choice = new NetworkChoice();
  readonly #pictures = new NewestOnly<Picture>((picture) => this.#read(picture), close);
  readonly #sources = new PictureSources({
    ready: () => this.#isReady && this.#pictures.idle,
    look: (picture) => (this.#isReady ? this.#pictures.offer(picture) : close(picture)),
    forget: () => this.#forget(),
    tell: (message) => this.#notice.show(message),
  });
  readonly #sheet = new NetworkSheet({
    files: (files) => void this.takeFiles(files),
    digits: () => void this.open(this.#choice.takeDigits()),
    prepare: (preparation) => void this.#prepare(preparation),
  });
  /** Whether the worker has a network open, and none on its way. */
  #isReady = false;
  #name = "No network";
  /** Counts networks that were asked for: the answer about one that was overtaken is not shown. */
  #networks = 0;
  /** Counts what was shown and is gone, for the same reason. */
  #shown = 0;

  constructor(recognition: Recognition) {
    this.#recognition = recognition;
    const input = part<HTMLInputElement>("picture-input");
    input.addEventListener("change", () => {
      const files = [...(input.files ?? [])];
      input.value = "";
      void this.takeFiles(files);
    });
  }

  /** Opens a network and shows it. What was open stays if that fails. */
  async open(choice: Choice): Promise<void> {
    this.#choice.want(choice);
    await this.#change("open", choice);
  }

  /** Takes files of any kind: pictures, and parts of networks. */
  async takeFiles(files: readonly File[]): Promise<void> {
    this.#sheet.close();
    const { pictures, parts, unknown } = await sortFiles(files);
    for (const picture of pictures) await this.#sources.showPicture(picture);
    if (Object.keys(parts).length > 0) await this.#takeParts(parts);
    if (unknown)
      this.#notice.show({
        title: `${unknown.name} is of no kind that is known here`,
        text: "Pictures, -symbol.json, .params and labels (.txt, .json) are.",
      });
  }

  async #takeParts(parts: GivenParts): Promise<void> {
    const next = this.#choice.take(parts);
    const isWaiting = typeof next === "string";
    this.#sheet.setStatus(isWaiting ? next : "");
    if (isWaiting) this.#sheet.open();
    else await this.open(next);
  }

  async #prepare(preparation: Preparation): Promise<void> {
    const choice = { ...this.#choice.wanted, preparation };
    const isOpen = this.#choice.isOpen;
    this.#choice.want(choice);
    if (isOpen) await this.#change("prepare", preparation);
    else await this.#change("open", choice);
  }

  /** Has the worker open or prepare what is wanted. */
  async #change<Name extends "open" | "prepare">(
    name: Name,
    ask: Calls[Name]["ask"],
  ): Promise<void> {
    const { wanted } = this.#choice;
    const network = ++this.#networks;
    this.#isReady = false;
    this.#forget();
    part("model-name").textContent = "Loading…";
    try {
      const card = await this.#recognition.call(name, ask);
      if (network !== this.#networks) return;
      this.#choice.opened(wanted);
      this.#show(card);
      this.#isReady = true;
    } catch (error) {
      if (network !== this.#networks) return;
      part("model-name").textContent = this.#name;
      this.#fail(error, "This network cannot be used");
      if (error instanceof CallError) this.#choice.failed(error.code);
      this.#isReady = error instanceof CallError && this.#name !== "No network";
    }
    await this.#sources.showAgain();
  }

  #show(card: ModelCard): void {
    this.#notice.hide();
    this.#name = card.name;
    part("model-name").textContent = card.name;
    part("pad-hint").textContent = card.preparation ? "Draw" : "Draw a digit";
    this.#answer.setDigits(!card.preparation);
    this.#figures.setModel(card);
    showLayers(card.layers);
    this.#sheet.setPreparation(card.preparation);
  }

  #forget(): void {
    this.#shown++;
    this.#pictures.clear();
    this.#answer.clear();
    this.#spoken.say(undefined);
  }

  async #read(picture: Picture): Promise<void> {
    const shown = this.#shown;
    try {
      const transfer = picture.kind === "bitmap" ? [picture.bitmap] : [];
      const reading = await this.#recognition.call("read", picture, transfer);
      if (shown !== this.#shown) return;
      this.#answer.show(reading);
      this.#figures.addTimes(reading);
      this.#spoken.say(reading.guesses[0]);
    } catch (error) {
      // The worker's end concerns whatever is shown by now.
      if (error instanceof WorkerBroken) this.#isReady = false;
      else if (shown !== this.#shown) return;
      this.#fail(error, "This picture cannot be recognised");
    }
  }

  #fail(error: unknown, title: string): void {
    if (error instanceof CallError && error.code === "size")
      this.#sheet.setPreparation(anyPreparation);
    this.#notice.show(
      failureMessage(error, title, {
        tryAgain: () => void this.open(this.#choice.wanted),
        restart: () => void this.open(this.#choice.best),
        showSettings: () => this.#sheet.open(),
      }),
    );
  }
}

function close(picture: Picture): void {
  if (picture.kind === "bitmap") picture.bitmap.close();
}
