/** Cuts boxes out of photographs. */
import type { Image } from "@libpredict/core";
import type { Box } from "./boxes.js";

/**
 * The pixels of a box, as an image of their own; what lies beyond the photograph is black.
 *
 * @param box - whole numbers, at least one pixel
 */
export function cutRegion(image: Image, box: Box): Image {
  const { channels } = image;
  const width = box.right - box.left;
  const height = box.bottom - box.top;
  const data = new Uint8Array(width * height * channels);
  const from = Math.max(0, box.left);
  const to = Math.min(image.width, box.right);
  if (from < to) {
    for (let y = Math.max(0, box.top); y < Math.min(image.height, box.bottom); y++) {
      const row = y * image.width;
      const pixels = image.data.subarray((row + from) * channels, (row + to) * channels);
      data.set(pixels, ((y - box.top) * width + from - box.left) * channels);
    }
  }
  return { width, height, channels, data };
}
