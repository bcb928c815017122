/** From the channels that an image has to those that a network wants. */
import type { Image } from "./image.js";

/**
 * An image of one gray channel, or of red, green and blue. A gray image stays gray.
 *
 * Gray is (4899 R + 9617 G + 1868 B + 8192) >> 14: 0.299, 0.587, 0.114, rounded to the nearest. MXNet's `imdecode`
 * with `flag=0` takes a JPEG's own luminance, which is that but where colours were clipped, and rounds down for PNG.
 *
 * @param toGray - whether colours become gray
 * @param background - red, green, blue under transparent pixels; alpha is dropped without it
 * @returns the image itself where nothing is to be done
 */
export function withoutAlpha(
  image: Image,
  toGray: boolean,
  background: readonly number[] | undefined,
): Image {
  if (image.channels === 1 || (image.channels === 3 && !toGray)) return image;
  const { width, height, channels } = image;
  const from = background && channels === 4 ? laidOn(background, image.data) : image.data;
  const pixels = width * height;
  const data = new Uint8Array(pixels * (toGray ? 1 : 3));
  for (let pixel = 0, at = 0; pixel < pixels; pixel++) {
    const red = from[pixel * channels] as number;
    const green = from[pixel * channels + 1] as number;
    const blue = from[pixel * channels + 2] as number;
    if (toGray) data[at++] = (4899 * red + 9617 * green + 1868 * blue + 8192) >> 14;
    else {
      data[at++] = red;
      data[at++] = green;
      data[at++] = blue;
    }
  }
  return { width, height, channels: toGray ? 1 : 3, data };
}

/** RGBA pixels over a colour; the result's alpha means nothing any more. */
function laidOn(background: readonly number[], data: Uint8Array): Uint8Array {
  const result = new Uint8Array(data.length);
  for (let at = 0; at < data.length; at++) {
    const alpha = data[at | 3] as number;
    const under = background[at & 3] ?? 0;
    result[at] = Math.round(((data[at] as number) * alpha + under * (255 - alpha)) / 255);
  }
  return result;
}
