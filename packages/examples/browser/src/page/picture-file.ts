/** A picture from a file. */
import { part } from "./part.js";

/** Longest side that is looked at, in pixels: a photograph of more is made smaller first. */
const mostPixels = 1600;

export class PictureFile {
  readonly #view = part<HTMLImageElement>("picture-view");
  #file: Blob | undefined;
  #address = "";

  /** Whether a picture was chosen. */
  get chosen(): boolean {
    return this.#file !== undefined;
  }

  /** Shows a file. Rejects if it is no picture that the browser reads; the one before stays. */
  async show(file: File): Promise<void> {
    (await createImageBitmap(file)).close();
    this.#file = file;
    const before = this.#address;
    this.#address = URL.createObjectURL(file);
    this.#view.src = this.#address;
    this.#view.alt = file.name;
    if (before !== "") URL.revokeObjectURL(before);
  }

  /** The picture's pixels, to close; undefined if there is none. */
  async bitmap(): Promise<ImageBitmap | undefined> {
    if (!this.#file) return undefined;
    const bitmap = await createImageBitmap(this.#file);
    const { width, height } = bitmap;
    const scale = mostPixels / Math.max(width, height);
    if (scale >= 1) return bitmap;
    const smaller = await createImageBitmap(bitmap, {
      resizeWidth: Math.max(1, Math.round(width * scale)),
      resizeHeight: Math.max(1, Math.round(height * scale)),
      resizeQuality: "high",
    });
    bitmap.close();
    return smaller;
  }
}
