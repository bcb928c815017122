/** Black strokes on white paper, as pixels. */

/** How points become pixels: `point * scale + (x, y)`, on a square of `side` pixels. */
export interface Paper {
  readonly side: number;
  readonly scale: number;
  readonly x: number;
  readonly y: number;
  /** Width of the pen in pixels. */
  readonly pen: number;
}

/** Draws strokes. */
export function drawStrokes(strokes: readonly Float32Array[], paper: Paper): ImageData {
  const { side, scale, pen } = paper;
  const context = pixelContext(side, side);
  context.fillStyle = "#fff";
  context.fillRect(0, 0, side, side);
  context.lineWidth = pen;
  context.lineCap = "round";
  context.lineJoin = "round";
  context.beginPath();
  for (const stroke of strokes)
    for (let i = 0; i < stroke.length; i += 2) {
      const x = (stroke[i] as number) * scale + paper.x;
      const y = (stroke[i + 1] as number) * scale + paper.y;
      if (i === 0) context.moveTo(x, y);
      // A point alone is a dot: a line that ends where it begins has round ends.
      if (i > 0 || stroke.length === 2) context.lineTo(x, y);
    }
  context.stroke();
  return context.getImageData(0, 0, side, side);
}

/** The pixels of a bitmap, which is closed. */
export function pixelsOf(bitmap: ImageBitmap): ImageData {
  const { width, height } = bitmap;
  const context = pixelContext(width, height);
  context.drawImage(bitmap, 0, 0);
  bitmap.close();
  return context.getImageData(0, 0, width, height);
}

function pixelContext(width: number, height: number): OffscreenCanvasRenderingContext2D {
  const context = new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true });
  if (!context) throw new Error("this browser gives workers no canvas to draw on");
  return context;
}
