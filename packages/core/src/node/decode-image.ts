/** Decodes image files with sharp, where it is installed. */
import type { Image } from "../image/image.js";
import { imageFromRaw } from "../image/image.js";
import { PredictError } from "../predict-error.js";
import { nameOfSource, readContent } from "./file-content.js";

/** Options of `decodeImage`. */
export interface DecodeImageOptions {
  /** Aborts the reading of the file, which rejects with code `aborted`; decoding itself goes on to its end. */
  readonly signal?: AbortSignal | undefined;
}

type Sharp = typeof import("sharp").default;

/**
 * Decodes an image file: JPEG, PNG, WebP, AVIF, TIFF, GIF (its first frame), SVG and whatever
 * else the installed sharp reads, off the main thread.
 *
 * The pixels are those that MXNet's `imdecode` makes of a file, where it can read it:
 *
 * - a JPEG is turned upright as its EXIF orientation says, as are files that MXNet does not
 *   read; a PNG is not;
 * - 16 bits become 8 by dropping the low ones;
 * - palettes become colours; colour profiles are ignored;
 * - gray files have one channel (MXNet repeats it, as `preprocess` does), files with alpha four,
 *   others three. Alpha is kept here; `preprocess` drops it, as MXNet does, or lays it on a colour;
 * - CMYK goes through a colour profile here, so its colours differ from MXNet's.
 *
 * A string may name any file or URL that the process can reach: of strangers, take only content.
 *
 * @param source - a path, a `file:` or `http(s):` URL, also as a string, or the file's content
 * @param options - `signal`
 * @returns an image of 1, 3 or 4 channels
 * @throws {@link PredictError} `unavailable`: sharp is not installed, or cannot be loaded;
 *   `image`: not an image, or a damaged or cut off one; the message begins with its name;
 *   `argument`: not a source; `aborted`
 * @throws {@link LoadError} the file cannot be read
 */
export async function decodeImage(
  source: string | URL | Uint8Array,
  options: DecodeImageOptions = {},
): Promise<Image> {
  const isContent = source instanceof Uint8Array;
  const content = isContent ? source : await readContent(source, "image", options.signal);
  const name = isContent ? `image of ${content.length} bytes` : nameOfSource(source);
  if (content.length === 0) throw new PredictError("image", `${name}: the file is empty`);
  const sharp = await loadSharp();
  try {
    return await decode(sharp, content);
  } catch (error) {
    const { message } = error as Error;
    throw new PredictError("image", `${name}: ${message.trim()}`, { cause: error });
  }
}

async function decode(sharp: Sharp, content: Uint8Array): Promise<Image> {
  const input = sharp(content, { failOn: "error", ignoreIcc: true });
  const { format, space, depth, hasAlpha } = await input.metadata();
  // As gray, sharp would drop the alpha.
  const isGray = !hasAlpha && (space === "b-w" || space === "grey16");
  const isWide = depth === "ushort";
  // Without an angle it turns as EXIF says.
  const upright = format === "png" ? input : input.rotate();
  const { data, info } = await upright
    .toColourspace(isGray ? (isWide ? "grey16" : "b-w") : isWide ? "rgb16" : "srgb")
    .raw({ depth: isWide ? "ushort" : "uchar" })
    .toBuffer({ resolveWithObject: true });
  const { width, height, channels } = info;
  const bytes = isWide ? highBytes(data) : data;
  return imageFromRaw(bytes, { width, height, channels: channels as 1 | 3 | 4 });
}

/** The upper eight bits of numbers of sixteen, which sharp writes in the machine's order. */
function highBytes(data: Uint8Array): Uint8Array {
  const wide = new Uint16Array(data.buffer, data.byteOffset, data.length / 2);
  return Uint8Array.from(wide, (value) => value >> 8);
}

let loading: Promise<Sharp> | undefined;

function loadSharp(): Promise<Sharp> {
  loading ??= importSharp();
  return loading;
}

async function importSharp(): Promise<Sharp> {
  // Not a literal, so that bundlers neither demand the optional package nor pack its binary.
  const name = "sharp";
  try {
    const module = await import(/* webpackIgnore: true */ /* @vite-ignore */ name);
    return module.default as Sharp;
  } catch (error) {
    loading = undefined;
    const { code, message } = error as NodeJS.ErrnoException;
    const isMissing = code === "ERR_MODULE_NOT_FOUND" || code === "MODULE_NOT_FOUND";
    throw new PredictError(
      "unavailable",
      isMissing && message.includes("'sharp'")
        ? "decoding images needs the package sharp: npm install sharp; or pass decoded pixels to imageFromRaw"
        : `the package sharp is installed but cannot be loaded: ${message}`,
      { cause: error },
    );
  }
}
