/** Decodes image files by what the browser has. */
import { type Image, imageFromRaw, PredictError } from "@libpredict/core/portable";
import { readContent } from "./web-files.js";

/** Options of `decodeImage`. */
export interface DecodeImageOptions {
  /** Aborts the reading of the file, which rejects with code `aborted`; decoding itself goes on to its end. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Decodes an image file: whatever the browser decodes, off the calling thread.
 *
 * The pixels are those that MXNet's `imdecode` makes of the file, but for two things: a PNG too is
 * turned upright as its orientation says, and colours of pixels that are not opaque are rounded,
 * those of transparent ones lost, because a canvas keeps them multiplied by alpha. The image has
 * three channels, or four if a pixel is not opaque; gray is repeated.
 *
 * @param source - a URL, also relative to the page or the worker, or the file's content
 * @param options - `signal`
 * @throws {@link PredictError} `image`: not an image, or a damaged one; `unavailable`: this host
 *   has no `createImageBitmap` or no `OffscreenCanvas`; `argument`: not a source; `aborted`
 * @throws {@link LoadError} the file cannot be read
 */
export async function decodeImage(
  source: string | URL | Uint8Array | Blob,
  options: DecodeImageOptions = {},
): Promise<Image> {
  if (typeof createImageBitmap !== "function" || typeof OffscreenCanvas !== "function")
    throw new PredictError(
      "unavailable",
      "decoding images needs createImageBitmap and OffscreenCanvas; or pass decoded pixels to imageFromRaw",
    );
  const { blob, name } = await blobOf(source, options.signal);
  let bitmap: ImageBitmap;
  try {
    bitmap = await createImageBitmap(blob, {
      colorSpaceConversion: "none",
      premultiplyAlpha: "none",
    });
  } catch (cause) {
    const { message } = cause as Error;
    throw new PredictError("image", `${name}: ${message}`, { cause });
  }
  try {
    return imageOf(bitmap);
  } finally {
    bitmap.close();
  }
}

async function blobOf(
  source: string | URL | Uint8Array | Blob,
  signal: AbortSignal | undefined,
): Promise<{ blob: Blob; name: string }> {
  if (source instanceof Blob) return { blob: source, name: `image of ${source.size} bytes` };
  if (source instanceof Uint8Array)
    return {
      blob: new Blob([source as Uint8Array<ArrayBuffer>]),
      name: `image of ${source.length} bytes`,
    };
  if (!(source instanceof URL) && (typeof source !== "string" || source === ""))
    throw new PredictError(
      "argument",
      "image: expected a URL, a Blob or a Uint8Array with its content",
    );
  const content = await readContent(source, "image", signal);
  return { blob: new Blob([content as Uint8Array<ArrayBuffer>]), name: String(source) };
}

function imageOf(bitmap: ImageBitmap): Image {
  const { width, height } = bitmap;
  const context = new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true });
  if (!context) throw new PredictError("unavailable", "this host has no 2D canvas");
  context.drawImage(bitmap, 0, 0);
  const { data } = context.getImageData(0, 0, width, height);
  const pixels = width * height;
  let opaque = true;
  for (let i = 0; i < pixels && opaque; i++) opaque = data[4 * i + 3] === 255;
  if (!opaque) return imageFromRaw(data, { width, height, channels: 4 });
  const rgb = new Uint8Array(3 * pixels);
  for (let i = 0; i < pixels; i++) {
    rgb[3 * i] = data[4 * i] as number;
    rgb[3 * i + 1] = data[4 * i + 1] as number;
    rgb[3 * i + 2] = data[4 * i + 2] as number;
  }
  return imageFromRaw(rgb, { width, height, channels: 3 });
}
