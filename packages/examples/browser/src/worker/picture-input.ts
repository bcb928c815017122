/** From something to recognise to a network's input. */
import { type Image, imageFromRaw, preprocess, type Tensor } from "@libpredict/wasm";
import type { Picture, Preparation } from "../protocol.js";
import { recipeOf } from "./likely-preparation.js";
import { drawStrokes, pixelsOf } from "./stroke-drawing.js";

/** Side of the picture that a drawing makes, and width of its pen, as on the pad. */
const side = 256;
const pen = 0.07 * side;

/** The tensor of shape [1, channels, height, width]. */
export function pictureInput(picture: Picture, preparation: Preparation): Tensor {
  const pixels =
    picture.kind === "strokes"
      ? drawStrokes(picture.strokes, { side, scale: side, x: 0, y: 0, pen })
      : pixelsOf(picture.bitmap);
  const image = imageFromRaw(pixels.data, pixels);
  return preprocess(preparation.invert ? inverted(image) : image, recipeOf(preparation));
}

/** Light for dark; alpha stays, and what is transparent was white. */
function inverted({ width, height, channels, data }: Image): Image {
  const turned = data.map((value, i) => (i % 4 === 3 ? 255 : 255 - value));
  for (let i = 3; i < data.length; i += 4) {
    const opacity = (data[i] as number) / 255;
    if (opacity < 1)
      for (let c = i - 3; c < i; c++) turned[c] = Math.round((turned[c] as number) * opacity);
  }
  return { width, height, channels, data: turned };
}
