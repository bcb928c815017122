/** Where pictures come from: the pad, the camera, files. One of them is shown. */
import type { Picture } from "../protocol.js";
import { Camera, cameraProblem, countCameras } from "./camera.js";
import { DrawPad } from "./draw-pad.js";
import type { Message } from "./notice.js";
import { part } from "./part.js";
import { PictureFile } from "./picture-file.js";
import { sampleDigit } from "./sample-digits.js";
import { type Source, SourceSwitch } from "./source-switch.js";

/** Who looks at the pictures. */
export interface Viewer {
  /** Whether the next frame of the camera would be looked at at once. */
  ready(): boolean;
  /** Gets a picture; a bitmap is the viewer's to close. */
  look(picture: Picture): void;
  /** What was shown is gone, and whatever may still be said about it is late. */
  forget(): void;
  tell(message: Message): void;
}

export class PictureSources {
  readonly #viewer: Viewer;
  readonly #picture = new PictureFile();
  readonly #pad = new DrawPad(() => this.#padChanged());
  readonly #camera: Camera;
  readonly #switch = new SourceSwitch((source) => this.#choose(source));
  #sample = 0;

  constructor(viewer: Viewer) {
    this.#viewer = viewer;
    this.#camera = new Camera(
      () => viewer.ready(),
      (bitmap) => viewer.look({ kind: "bitmap", bitmap }),
      () => this.#noCamera("The camera was taken away. Connect it, then choose Camera again."),
    );
    const onClick = (id: string, run: () => void): void => part(id).addEventListener("click", run);
    onClick("clear", () => this.#pad.show([]));
    onClick("undo", () => this.#pad.undo());
    onClick("sample", () => {
      this.#pad.show(sampleDigit(this.#sample));
      this.#sample = (this.#sample + 1) % 10;
    });
    onClick("hold-camera", () => {
      this.#hold(part("hold-camera").getAttribute("aria-pressed") !== "true");
    });
    onClick("turn-camera", () => {
      void this.#startCamera(this.#camera.facing === "user" ? "environment" : "user");
    });
    onClick("another-picture", () => part("picture-input").click());
    document.addEventListener("visibilitychange", () => {
      if (this.#switch.current !== "camera") return;
      if (document.hidden) this.#camera.stop();
      else void this.#startCamera();
    });
  }

  /** Shows what is there once more. The camera does so by itself. */
  async showAgain(): Promise<void> {
    if (this.#switch.current === "draw") {
      if (this.#pad.empty) this.#viewer.forget();
      else this.#viewer.look({ kind: "strokes", strokes: this.#pad.strokes });
    } else if (this.#switch.current === "picture") {
      const bitmap = await this.#picture.bitmap();
      if (bitmap && this.#switch.current === "picture")
        this.#viewer.look({ kind: "bitmap", bitmap });
      else bitmap?.close();
    }
  }

  /** Shows a picture from a file. */
  async showPicture(file: File): Promise<void> {
    try {
      await this.#picture.show(file);
    } catch {
      this.#viewer.tell({
        title: `${file.name} cannot be read`,
        text: "The browser does not know this kind of picture, or the file is damaged. Convert it to PNG or JPEG.",
      });
      return;
    }
    this.#show("picture");
  }

  #choose(source: Source): void {
    if (source === "picture" && !this.#picture.chosen) part("picture-input").click();
    else this.#show(source);
  }

  #show(source: Source): void {
    if (source !== "camera") this.#camera.stop();
    this.#switch.show(source);
    this.#viewer.forget();
    void (source === "camera" ? this.#startCamera() : this.showAgain());
  }

  #padChanged(): void {
    document.documentElement.classList.toggle("drawn", !this.#pad.empty);
    if (this.#switch.current === "draw") void this.showAgain();
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
    this.#viewer.tell({ title: "No camera", text });
    if (this.#switch.current === "camera") this.#show("draw");
  }
}
