/** From something to recognise to the digit network's input. */
import { DigitImageError, digitPixels } from "@libpredict/example-typescript/digit-image";
import { imageFromRaw } from "@libpredict/wasm";
import type { Picture } from "../protocol.js";
import { drawDigit } from "./digit-strokes.js";
import { pixelsOf } from "./stroke-drawing.js";

/** The largest value of a pixel: ink. */
const inkLevel = 16;

/** What the digit network takes, and what it was made of. */
export interface DigitInput {
  /** 64 values, 0 for paper to 1 for ink. */
  readonly data: Float32Array;
  /** The 64 pixels, 0 to 16. */
  readonly pixels: Uint8Array<ArrayBuffer>;
}

/** Makes the input; undefined where there is no digit to see. */
export function digitInput(picture: Picture): DigitInput | undefined {
  const raw = picture.kind === "strokes" ? drawDigit(picture.strokes) : pixelsOf(picture.bitmap);
  try {
    const pixels = new Uint8Array(digitPixels(imageFromRaw(raw.data, raw)));
    return { pixels, data: Float32Array.from(pixels, (pixel) => pixel / inkLevel) };
  } catch (error) {
    if (error instanceof DigitImageError) return undefined;
    throw error;
  }
}
