/** A drawing as the digit network's pixels would be made of it: whole, large, with an even pen. */
import { drawStrokes } from "./stroke-drawing.js";

/** Side of the picture; the digit's own preparation makes 8 × 8 pixels of it. */
const side = 128;
const margin = 14;
const pen = 11;

/** The box around all points. */
function boundsOf(strokes: readonly Float32Array[]) {
  let [left, top, right, bottom] = [1, 1, 0, 0];
  for (const stroke of strokes)
    for (let i = 0; i < stroke.length; i += 2) {
      const [x, y] = [stroke[i] as number, stroke[i + 1] as number];
      [left, top] = [Math.min(left, x), Math.min(top, y)];
      [right, bottom] = [Math.max(right, x), Math.max(bottom, y)];
    }
  return { left, top, width: right - left, height: bottom - top };
}

/** Draws strokes so that they fill the picture, whatever size they were drawn at. */
export function drawDigit(strokes: readonly Float32Array[]): ImageData {
  const { left, top, width, height } = boundsOf(strokes);
  const scale = (side - 2 * margin) / Math.max(width, height, 0.02);
  const x = (side - width * scale) / 2 - left * scale;
  const y = (side - height * scale) / 2 - top * scale;
  return drawStrokes(strokes, { side, scale, x, y, pen });
}
