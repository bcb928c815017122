/**
 * The digit network's files: where they are, and the held-out images, checked against their hash.
 *
 * Everything here comes from `examples/models/digits`; its README says how it was made and whose it is.
 */

import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { inkLevel } from "./ink-level.js";

/** Folder of the network, its images and its metadata. */
export const digitsFolder: string = fileURLToPath(new URL("../../models/digits/", import.meta.url));

/** What `Model.load` takes: `digits-symbol.json` and `digits-0000.params` begin with it. */
export const digitsPrefix: string = `${digitsFolder}digits`;

/** Pixels of one image: 8 rows of 8. */
export const pixelsPerImage = 64;

/** The part of `digits.json` that the examples use. */
export interface DigitsMetadata {
  readonly weights: number;
  readonly labels: readonly string[];
  readonly files: readonly {
    readonly file: string;
    readonly bytes: number;
    readonly sha256: string;
  }[];
  readonly heldOut: {
    readonly file: string;
    readonly bytes: number;
    readonly sha256: string;
    readonly images: number;
  };
  readonly accuracy: { readonly correct: number; readonly of: number; readonly measuredBy: string };
}

/** Reads `digits.json`. Rejects if it is absent or not JSON. */
export async function readDigitsMetadata(): Promise<DigitsMetadata> {
  return JSON.parse(await readFile(`${digitsFolder}digits.json`, "utf8")) as DigitsMetadata;
}

/** Images that training never saw, with what they show. */
export class HeldOutDigits {
  /** Number of images. */
  readonly count: number;
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.count = bytes.length / (pixelsPerImage + 1);
    if (!Number.isInteger(this.count)) {
      throw new RangeError(
        `held-out images: ${bytes.length} bytes, expected a multiple of ${pixelsPerImage + 1}`,
      );
    }
    this.#bytes = bytes;
  }

  /**
   * Reads the file that `metadata` describes.
   *
   * Rejects if it is absent, or if its size or SHA-256 is not the recorded one: an accuracy over
   * other images would mean nothing.
   */
  static async read(metadata: DigitsMetadata): Promise<HeldOutDigits> {
    const { file, bytes, sha256 } = metadata.heldOut;
    const content = await readFile(digitsFolder + file);
    const found = createHash("sha256").update(content).digest("hex");
    if (content.length !== bytes || found !== sha256) {
      throw new Error(
        `${file}: ${content.length} bytes with SHA-256 ${found}, expected ${bytes} with ${sha256}`,
      );
    }
    return new HeldOutDigits(content);
  }

  /** The 64 pixels of image `index`, row by row, 0 (paper) to 16 (ink). A view: do not write to it. */
  pixels(index: number): Uint8Array {
    this.#check(index);
    return this.#bytes.subarray(index * pixelsPerImage, (index + 1) * pixelsPerImage);
  }

  /** The digit that image `index` shows, 0 to 9. */
  label(index: number): number {
    this.#check(index);
    return this.#bytes[this.count * pixelsPerImage + index] as number;
  }

  /** `count` images from `first` on as the network takes them: float32 `[count, 1, 8, 8]`, 0 to 1. */
  input(first: number, count = 1): Float32Array {
    this.#check(first);
    this.#check(first + count - 1);
    const bytes = this.#bytes.subarray(first * pixelsPerImage, (first + count) * pixelsPerImage);
    return Float32Array.from(bytes, (pixel) => pixel / inkLevel);
  }

  #check(index: number): void {
    if (!Number.isInteger(index) || index < 0 || index >= this.count) {
      throw new RangeError(`no held-out image ${index}: there are images 0 to ${this.count - 1}`);
    }
  }
}
