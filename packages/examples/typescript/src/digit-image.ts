/**
 * From a picture of a digit to the 8 × 8 pixels that the network knows.
 *
 * The network was trained on forms that NIST's programs had read: each digit cut out, scaled to the
 * whole height and five eighths of the width of a square of 32 × 32 black and white pixels, with
 * strokes of a like width, and counted in blocks of 4 × 4. Of the 360 held-out images all reach from
 * the first row to the last, nearly all lie in columns 1 to 6, and their ink is about 19.5 of the 64
 * pixels. A user's picture is brought to the same terms here.
 */

import { type Image, resizeImage } from "@libpredict/core";
import { inkLevel } from "./ink-level.js";

/** A picture without anything that could be a digit. */
export class DigitImageError extends Error {}

/** Longest side of the picture that is looked at, in pixels. */
const workingSide = 256;
/** Side of the square in which strokes are thickened or thinned; 8 of its pixels make one of the 8. */
const fineSide = 64;
/** Width of a digit in it: columns 1.5 to 6.5 of the 8. */
const digitWidth = (fineSide * 20) / 32;
/** Ink of a digit, as a part of the square. */
const inkShare = 20 / 64;
/** Grey levels (of 256) by which ink must differ from paper. */
const leastContrast = 40;
/** A speck smaller than this part of the digit's largest piece is dirt. */
const speckShare = 0.04;

/** True for ink, row by row. */
interface Bitmap {
  readonly width: number;
  readonly height: number;
  readonly ink: Uint8Array;
}

/**
 * The 64 pixels, row by row, 0 (paper) to 16 (ink), of the digit in a picture.
 *
 * @param image - one digit, dark on light or light on dark, of any size, with some margin or none
 * @throws {@link DigitImageError} there is no ink to be told from paper
 */
export function digitPixels(image: Image): Uint8Array {
  const digit = cropToInk(withoutSpecks(findInk(smaller(image))));
  return countInk(withStrokes(placed(digit)));
}

function smaller(image: Image): Image {
  const factor = workingSide / Math.max(image.width, image.height);
  if (factor >= 1) return image;
  const size = {
    width: Math.max(1, Math.round(image.width * factor)),
    height: Math.max(1, Math.round(image.height * factor)),
  };
  return resizeImage(image, size, "area");
}

/** Grey levels 0 to 255; what is transparent is white paper. */
function greyLevels({ channels, data }: Image): Float32Array {
  return Float32Array.from({ length: data.length / channels }, (_, pixel) => {
    const at = (channel: number): number => data[pixel * channels + channel] ?? 0;
    if (channels === 1) return at(0);
    const grey = 0.299 * at(0) + 0.587 * at(1) + 0.114 * at(2);
    const opacity = channels === 4 ? at(3) / 255 : 1;
    return 255 + opacity * (grey - 255);
  });
}

/** Paper is what the picture's edge mostly is; ink is what differs from it the more, lighter or darker. */
function findInk(image: Image): Bitmap {
  const { width, height } = image;
  const grey = greyLevels(image);
  const edge: number[] = [];
  grey.forEach((level, i) => {
    const [x, y] = [i % width, Math.floor(i / width)];
    if (x === 0 || y === 0 || x === width - 1 || y === height - 1) edge.push(level);
  });
  const paper = edge.sort((a, b) => a - b)[edge.length >> 1] ?? 255;
  const darker = grey.map((level) => Math.max(0, paper - level));
  const lighter = grey.map((level) => Math.max(0, level - paper));
  const sum = (levels: Float32Array): number => levels.reduce((all, level) => all + level, 0);
  const difference = sum(darker) >= sum(lighter) ? darker : lighter;
  const contrast = difference.reduce((most, level) => Math.max(most, level), 0);
  if (contrast < leastContrast)
    throw new DigitImageError("there is no digit: the picture has (almost) one colour only");
  const threshold = bestThreshold(difference);
  return {
    width,
    height,
    ink: Uint8Array.from(difference, (level) => (level > threshold ? 1 : 0)),
  };
}

/** The level that parts the values into two groups that differ the most (Otsu's method). */
function bestThreshold(levels: Float32Array): number {
  const counts = new Array<number>(256).fill(0);
  for (const level of levels) {
    const bin = Math.min(255, Math.floor(level));
    counts[bin] = (counts[bin] ?? 0) + 1;
  }
  const total = levels.length;
  const sum = counts.reduce((all, count, level) => all + count * level, 0);
  let [below, sumBelow, best, threshold] = [0, 0, -1, 0];
  counts.forEach((count, level) => {
    below += count;
    sumBelow += count * level;
    if (below === 0 || below === total) return;
    const distance = sumBelow / below - (sum - sumBelow) / (total - below);
    const parted = below * (total - below) * distance * distance;
    if (parted > best) [best, threshold] = [parted, level + 0.5];
  });
  return threshold;
}

function withoutSpecks({ width, height, ink }: Bitmap): Bitmap {
  const piece = new Int32Array(ink.length);
  const sizes = [0];
  ink.forEach((isInk, start) => {
    if (!isInk || piece[start]) return;
    const id = sizes.length;
    const border = [start];
    piece[start] = id;
    let size = 0;
    for (let at = border.pop(); at !== undefined; at = border.pop()) {
      size++;
      const [x, y] = [at % width, Math.floor(at / width)];
      for (let dy = -1; dy <= 1; dy++)
        for (let dx = -1; dx <= 1; dx++) {
          const next = at + dy * width + dx;
          const isInside = x + dx >= 0 && x + dx < width && y + dy >= 0 && y + dy < height;
          if (!isInside || !ink[next] || piece[next]) continue;
          piece[next] = id;
          border.push(next);
        }
    }
    sizes.push(size);
  });
  const least = speckShare * Math.max(...sizes);
  return {
    width,
    height,
    ink: ink.map((_, i) => ((sizes[piece[i] ?? 0] ?? 0) >= least && piece[i] ? 1 : 0)),
  };
}

function cropToInk({ width, height, ink }: Bitmap): Bitmap {
  let [left, top, right, bottom] = [width, height, -1, -1];
  ink.forEach((isInk, i) => {
    if (!isInk) return;
    const [x, y] = [i % width, Math.floor(i / width)];
    [left, top] = [Math.min(left, x), Math.min(top, y)];
    [right, bottom] = [Math.max(right, x), Math.max(bottom, y)];
  });
  const size = { width: right - left + 1, height: bottom - top + 1 };
  const cropped = new Uint8Array(size.width * size.height);
  for (let y = 0; y < size.height; y++) {
    const from = (top + y) * width + left;
    cropped.set(ink.subarray(from, from + size.width), y * size.width);
  }
  return { ...size, ink: cropped };
}

/** Scaled to the whole height of the fine square, and centred; wide digits are made narrower, none wider. */
function placed(digit: Bitmap): Bitmap {
  const scaleY = fineSide / digit.height;
  const scaleX = Math.min(digitWidth / digit.width, scaleY);
  const left = (fineSide - digit.width * scaleX) / 2;
  const ink = new Uint8Array(fineSide * fineSide);
  for (let y = 0; y < fineSide; y++)
    for (let x = 0; x < fineSide; x++) {
      const fromX = Math.floor((x + 0.5 - left) / scaleX);
      const fromY = Math.min(digit.height - 1, Math.floor((y + 0.5) / scaleY));
      if (fromX >= 0 && fromX < digit.width)
        ink[y * fineSide + x] = digit.ink[fromY * digit.width + fromX] ?? 0;
    }
  return { width: fineSide, height: fineSide, ink };
}

/** Strokes thickened or thinned evenly until the ink is as much as the network is used to. */
function withStrokes(square: Bitmap): Bitmap {
  // Negative inside of the ink, positive outside: the edge moves to where the share is right.
  const outside = distances(square.ink, 1);
  const inside = distances(square.ink, 0);
  const depth = outside.map((distance, i) => distance - (inside[i] ?? 0));
  const wanted = Math.round(inkShare * depth.length);
  const edge = [...depth].sort((a, b) => a - b)[wanted - 1] ?? 0;
  return { ...square, ink: Uint8Array.from(depth, (value) => (value <= edge ? 1 : 0)) };
}

/**
 * Distance of each pixel from the nearest one that is `what`. One dimension at a time:
 * along the columns, then the least over the row.
 */
function distances(ink: Uint8Array, what: 0 | 1): Float32Array {
  const far = 2 * fineSide;
  const vertical = new Float32Array(ink.length).fill(far);
  for (let x = 0; x < fineSide; x++) {
    const pass = (from: number, to: number, step: 1 | -1): void => {
      let distance = far;
      for (let y = from; y !== to; y += step) {
        const at = y * fineSide + x;
        distance = ink[at] === what ? 0 : distance + 1;
        vertical[at] = Math.min(vertical[at] ?? far, distance);
      }
    };
    pass(0, fineSide, 1);
    pass(fineSide - 1, -1, -1);
  }
  return vertical.map((_, at) => {
    const row = at - (at % fineSide);
    let least = Number.POSITIVE_INFINITY;
    for (let x = 0; x < fineSide; x++) {
      const dx = row + x - at;
      const dy = vertical[row + x] ?? far;
      least = Math.min(least, dx * dx + dy * dy);
    }
    return Math.sqrt(least);
  });
}

function countInk({ ink }: Bitmap): Uint8Array {
  const side = fineSide / 8;
  const counts = new Float32Array(64);
  ink.forEach((isInk, i) => {
    const [x, y] = [i % fineSide, Math.floor(i / fineSide)];
    const cell = Math.floor(y / side) * 8 + Math.floor(x / side);
    counts[cell] = (counts[cell] ?? 0) + isInk;
  });
  return Uint8Array.from(counts, (count) => Math.round((count / (side * side)) * inkLevel));
}
