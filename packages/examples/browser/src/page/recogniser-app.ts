/** The page: sources on one side, the worker on the other, and what it answers. */
import type { Calls, ModelCard, Picture, Preparation } from "../protocol.js";
import { adviceFor } from "./advice.js";
import { AnswerView } from "./answer-view.js";
import { Camera, cameraProblem, countCameras } from "./camera.js";
import { DrawPad } from "./draw-pad.js";
import { FiguresView } from "./figures-view.js";
import { fileKind } from "./file-kinds.js";
import { showLayers } from "./layer-chart.js";
import { type GivenParts, ModelCollector, type ModelPart } from "./model-parts.js";
import { NetworkSheet } from "./network-sheet.js";
import { NewestOnly } from "./newest-only.js";
import { Notice } from "./notice.js";
import { part } from "./part.js";
import { PictureFile } from "./picture-file.js";
import { CallError, type Recognition, WorkerBroken } from "./recognition.js";
import { sampleDigit } from "./sample-digits.js";
import { type Source, SourceSwitch } from "./source-switch.js";
import { SpokenAnswer } from "./spoken-answer.js";

type OpenAsk = Calls["open"]["ask"];

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
  readonly #collector = new ModelCollector();
  readonly #picture = new PictureFile();
  readonly #pad = new DrawPad(() => this.#padChanged());
  readonly #camera = new Camera(
    () => this.#isOpen && this.#pictures.idle,
    (bitmap) => this.#pictures.offer({ kind: "bitmap", bitmap }),
    () => this.#noCamera("The camera was taken away. Connect it, then choose Camera again."),
  );
  readonly #sources = new SourceSwitch((source) => void this.#choose(source));
  readonly #sheet = new NetworkSheet({
    files: (files) => void this.takeFiles(files),
    digits: () => {
      this.#collector.forget();
      void this.open({ model: "digits" });
    },
    prepare: (preparation) => void this.#prepare(preparation),
  });
  readonly #pictures = new NewestOnly<Picture>((picture) => this.#read(picture), close);
  /** What is open, or would be if it could. */
  #wanted: OpenAsk = { model: "digits" };
  /** What is open. */
  #opened: OpenAsk | undefined;
  #isOpen = false;
  #name = "No network";
  /** Counts changes behind which an answer on its way is about something that is gone. */
  #turn = 0;
  #sample = 0;

  constructor(recognition: Recognition) {
    this.#recognition = recognition;
    part("clear").addEventListener("click", () => this.#pad.show([]));
    part("undo").addEventListener("click", () => this.#pad.undo());
    part("sample").addEventListener("click", () => {
      this.#pad.show(sampleDigit(this.#sample));
      this.#sample = (this.#sample + 1) % 10;
    });
    const hold = part("hold-camera");
    hold.addEventListener("click", () => this.#hold(hold.getAttribute("aria-pressed") !== "true"));
    part("turn-camera").addEventListener("click", () => {
      void this.#startCamera(this.#camera.facing === "user" ? "environment" : "user");
    });
    const input = part<HTMLInputElement>("picture-input");
    part("another-picture").addEventListener("click", () => input.click());
    input.addEventListener("change", () => {
      const files = [...(input.files ?? [])];
      input.value = "";
      void this.takeFiles(files);
    });
    document.addEventListener("visibilitychange", () => {
      if (this.#sources.current !== "camera") return;
      if (document.hidden) this.#camera.stop();
      else void this.#startCamera();
    });
  }

  /** Opens a model and shows it. What was open stays if that fails. */
  async open(ask: OpenAsk): Promise<void> {
    this.#wanted = ask;
    await this.#change("open", ask, ask);
  }

  /** Takes files of any kind: pictures, and parts of models. */
  async takeFiles(files: readonly File[]): Promise<void> {
    this.#sheet.close();
    const parts: Partial<Record<ModelPart, File>> = {};
    for (const file of files) {
      const kind = await fileKind(file);
      if (kind === "picture") await this.#showPicture(file);
      else if (kind === "unknown")
        this.#notice.show({
          title: `${file.name} is of no kind that is known here`,
          text: "Pictures, -symbol.json, .params and labels (.txt, .json) are.",
        });
      else parts[kind] = file;
    }
    if (Object.keys(parts).length > 0) await this.#takeParts(parts);
  }

  async #takeParts(parts: GivenParts): Promise<void> {
    const next = this.#collector.take(parts);
    if (next.step === "wait") {
      this.#sheet.setStatus(next.text);
      this.#sheet.open();
      return;
    }
    this.#sheet.setStatus("");
    await this.open({ model: next.files });
  }

  async #prepare(preparation: Preparation): Promise<void> {
    const ask = { ...this.#wanted, preparation };
    if (this.#wanted.model === this.#opened?.model) await this.#change("prepare", preparation, ask);
    else await this.open(ask);
  }

  /** Has the worker open or prepare; `ask` is what is open then. */
  async #change<Name extends "open" | "prepare">(
    name: Name,
    call: Calls[Name]["ask"],
    ask: OpenAsk,
  ): Promise<void> {
    const turn = this.#begin();
    part("model-name").textContent = "Loading…";
    try {
      const card = await this.#recognition.call(name, call);
      if (turn !== this.#turn) return;
      this.#opened = ask;
      if (ask.model !== "digits") this.#collector.opened();
      this.#show(card);
    } catch (error) {
      if (turn !== this.#turn) return;
      part("model-name").textContent = this.#name;
      if (error instanceof CallError && ask.model !== "digits") this.#collector.failed(error.code);
      this.#fail(error, "This network cannot be used");
      if (this.#opened) this.#isOpen = !(error instanceof WorkerBroken);
    }
    await this.#again();
  }

  #begin(): number {
    this.#isOpen = false;
    this.#pictures.clear();
    return ++this.#turn;
  }

  #show(card: ModelCard): void {
    this.#notice.hide();
    this.#name = card.name;
    part("model-name").textContent = card.name;
    document.documentElement.classList.toggle("digits", !card.preparation);
    part("pad-hint").textContent = card.preparation ? "Draw" : "Draw a digit";
    this.#answer.setDigits(!card.preparation);
    this.#answer.clear();
    this.#figures.setModel(card);
    showLayers(card.layers);
    this.#sheet.setPreparation(card.preparation);
    this.#isOpen = true;
  }

  async #choose(source: Source): Promise<void> {
    if (source === "picture" && !this.#picture.chosen) {
      part<HTMLInputElement>("picture-input").click();
      return;
    }
    await this.#setSource(source);
  }

  async #setSource(source: Source): Promise<void> {
    if (source !== "camera") this.#camera.stop();
    this.#turn++;
    this.#pictures.clear();
    this.#sources.show(source);
    this.#answer.clear();
    if (source === "camera") await this.#startCamera();
    else await this.#again();
  }

  #hold(held: boolean): void {
    part("hold-camera").setAttribute("aria-pressed", String(held));
    this.#camera.hold(held);
  }

  async #startCamera(facing = this.#camera.facing): Promise<void> {
    part("hold-camera").setAttribute("aria-pressed", "false");
    try {
      await this.#camera.start(facing);
      part("turn-camera").hidden = (await countCameras()) < 2;
    } catch (error) {
      this.#noCamera(cameraProblem(error));
    }
  }

  #noCamera(text: string): void {
    this.#notice.show({ title: "No camera", text });
    if (this.#sources.current === "camera") void this.#setSource("draw");
  }

  async #showPicture(file: File): Promise<void> {
    try {
      await this.#picture.show(file);
    } catch {
      this.#notice.show({
        title: `${file.name} cannot be read`,
        text: "The browser does not know this kind of picture, or the file is damaged. Convert it to PNG or JPEG.",
      });
      return;
    }
    await this.#setSource("picture");
  }

  #padChanged(): void {
    document.documentElement.classList.toggle("drawn", !this.#pad.empty);
    if (this.#sources.current === "draw") void this.#again();
  }

  /** Reads what is shown. The camera does so by itself. */
  async #again(): Promise<void> {
    if (!this.#isOpen) return;
    if (this.#sources.current === "draw") {
      if (this.#pad.empty) this.#nothing();
      else this.#pictures.offer({ kind: "strokes", strokes: this.#pad.strokes });
    } else if (this.#sources.current === "picture") {
      const turn = this.#turn;
      const bitmap = await this.#picture.bitmap();
      if (bitmap && turn === this.#turn) this.#pictures.offer({ kind: "bitmap", bitmap });
      else bitmap?.close();
    }
  }

  #nothing(): void {
    this.#turn++;
    this.#pictures.clear();
    this.#answer.clear();
    this.#spoken.say(undefined);
  }

  async #read(picture: Picture): Promise<void> {
    const turn = this.#turn;
    try {
      const transfer = picture.kind === "bitmap" ? [picture.bitmap] : [];
      const reading = await this.#recognition.call("read", picture, transfer);
      if (turn !== this.#turn) return;
      this.#answer.show(reading);
      this.#figures.addTime(reading.tookMs);
      this.#spoken.say(reading.guesses[0]);
    } catch (error) {
      if (turn !== this.#turn) return;
      this.#fail(error, "This picture cannot be recognised");
      if (error instanceof WorkerBroken) this.#isOpen = false;
    }
  }

  #fail(error: unknown, title: string): void {
    if (error instanceof WorkerBroken) {
      this.#notice.show({
        title: "Recognition has stopped",
        text: error.message,
        advice: "If trying again does not help, close other pages, or take a smaller network.",
        action: { label: "Try again", run: () => void this.open(this.#opened ?? this.#wanted) },
      });
      return;
    }
    const code = error instanceof CallError ? error.code : "";
    const isSize = code === "size";
    if (isSize) this.#sheet.setPreparation(anyPreparation);
    this.#notice.show({
      title,
      text: error instanceof Error ? error.message : String(error),
      advice: adviceFor(code),
      ...(isSize ? { action: { label: "Settings", run: () => this.#sheet.open() } } : {}),
      ...(code === "load"
        ? { action: { label: "Try again", run: () => void this.open(this.#wanted) } }
        : {}),
    });
  }
}

function close(picture: Picture): void {
  if (picture.kind === "bitmap") picture.bitmap.close();
}
