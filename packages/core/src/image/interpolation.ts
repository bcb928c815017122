/**
 * The interpolations, and the weights that one axis of an image gets from them.
 *
 * Weights are worked out in float32, step by step as the reference's results show, so that
 * resized bytes come out the same. Pixel d of m stands over (d + 0.5) * n / m - 0.5 of n.
 */
import type { ImageSize } from "./image.js";

/**
 * How pixels are worked out when an image changes its size. The results are those of MXNet's
 * `mx.image.imresize` with `interp` 0, 1, 2, 3, 4 and 9.
 *
 * - `nearest` (0): one pixel, floor(d * n / m).
 * - `bilinear` (1): between the 2 x 2 pixels around the place. When an image becomes much
 *   smaller, most pixels do not count.
 * - `bicubic` (2): between the 4 x 4 pixels around it (cubic convolution, a = -0.75).
 * - `area` (3): the mean of all that the new pixel covers. When a side becomes longer, as
 *   `bilinear` with sharper steps.
 * - `lanczos` (4): between the 8 x 8 pixels around it.
 * - `auto` (9): `area` where both sides become shorter, `bicubic` where both become longer,
 *   else `bilinear`.
 */
export type Interpolation = "nearest" | "bilinear" | "bicubic" | "area" | "lanczos" | "auto";

/** Every interpolation. */
export const interpolations: readonly Interpolation[] = [
  "nearest",
  "bilinear",
  "bicubic",
  "area",
  "lanczos",
  "auto",
];

/** What `auto` means for two sizes. */
export function interpolationFor(
  interpolation: Interpolation,
  from: ImageSize,
  to: ImageSize,
): Exclude<Interpolation, "auto"> {
  if (interpolation !== "auto") return interpolation;
  if (to.width > from.width && to.height > from.height) return "bicubic";
  if (to.width < from.width && to.height < from.height) return "area";
  return "bilinear";
}

/** What the new pixels of an axis are made of: the same number of old ones for each. */
export interface AxisTaps {
  /** Old pixels for each new one. */
  readonly taps: number;
  /** Their positions, `taps` for each new pixel, inside the axis. */
  readonly index: Int32Array;
  /** Their weights. */
  readonly weight: Float32Array;
}

/** What the new pixels of an axis cover: different numbers of old ones. */
export interface AxisCover {
  /** Where the old pixels of each new one begin in `index`; one entry more than there are new pixels. */
  readonly start: Int32Array;
  readonly index: Int32Array;
  readonly weight: Float32Array;
}

/** Part of an axis of new pixels. */
export interface AxisPart {
  readonly first: number;
  readonly count: number;
}

const { fround } = Math;

/** Position of the old pixel that is nearest by rounding down. */
export function nearestIndex(from: number, to: number, { first, count }: AxisPart): Int32Array {
  const step = stepOf(from, to);
  return Int32Array.from({ length: count }, (_, at) =>
    Math.min(Math.floor((first + at) * step), from - 1),
  );
}

/**
 * Taps of the interpolations that look at a fixed number of pixels.
 *
 * @param method - `sharp` is what `area` means when a side becomes longer
 * @param settleEdges - for two taps: beyond the first and last pixel, these alone count; else
 *   they are there twice, which rounds differently
 */
export function axisTaps(
  from: number,
  to: number,
  { first, count }: AxisPart,
  method: "bilinear" | "sharp" | "bicubic" | "lanczos",
  settleEdges: boolean,
): AxisTaps {
  const taps = method === "bicubic" ? 4 : method === "lanczos" ? 8 : 2;
  const index = new Int32Array(count * taps);
  const weight = new Float32Array(count * taps);
  for (let at = 0; at < count; at++) {
    const place =
      method === "sharp" ? sharpPlace(from, to, first + at) : linearPlace(from, to, first + at);
    let { before, fraction } = place;
    if (taps === 2 && settleEdges && (before < 0 || before >= from - 1)) {
      before = before < 0 ? 0 : from - 1;
      fraction = 0;
    }
    const weights =
      method === "bicubic"
        ? cubicWeights(fraction)
        : method === "lanczos"
          ? lanczosWeights(fraction)
          : [fround(1 - fraction), fraction];
    weight.set(weights, at * taps);
    const outermost = before - taps / 2 + 1;
    for (let tap = 0; tap < taps; tap++)
      index[at * taps + tap] = Math.min(Math.max(outermost + tap, 0), from - 1);
  }
  return { taps, index, weight };
}

/** What new pixels cover, where the axis becomes shorter or stays as long. */
export function axisCover(from: number, to: number, { first, count }: AxisPart): AxisCover {
  const step = stepOf(from, to);
  /** A smaller part of a pixel does not count. */
  const leastPart = 1e-3;
  const start = new Int32Array(count + 1);
  const index: number[] = [];
  const weight: number[] = [];
  for (let at = 0; at < count; at++) {
    const begin = (first + at) * step;
    const end = begin + step;
    const covered = Math.min(step, from - begin);
    const lastWhole = Math.min(Math.floor(end), from - 1);
    const firstWhole = Math.min(Math.ceil(begin), lastWhole);
    if (firstWhole - begin > leastPart) {
      index.push(firstWhole - 1);
      weight.push((firstWhole - begin) / covered);
    }
    for (let pixel = firstWhole; pixel < lastWhole; pixel++) {
      index.push(pixel);
      weight.push(1 / covered);
    }
    if (end - lastWhole > leastPart) {
      index.push(lastWhole);
      weight.push(Math.min(Math.min(end - lastWhole, 1), covered) / covered);
    }
    start[at + 1] = index.length;
  }
  return { start, index: Int32Array.from(index), weight: Float32Array.from(weight) };
}

/** Old pixels to a new one: the reciprocal of a quotient, which n / m differs from in the last bit. */
function stepOf(from: number, to: number): number {
  return 1 / (to / from);
}

interface Place {
  /** The last old pixel at or before the place; may lie outside. */
  readonly before: number;
  /** How far the place is behind it, from 0 to 1. */
  readonly fraction: number;
}

function linearPlace(from: number, to: number, pixel: number): Place {
  const place = fround((pixel + 0.5) * stepOf(from, to) - 0.5);
  const before = Math.floor(place);
  return { before, fraction: fround(place - before) };
}

function sharpPlace(from: number, to: number, pixel: number): Place {
  const before = Math.floor(pixel * stepOf(from, to));
  const beyond = fround(pixel + 1 - (before + 1) * (to / from));
  return { before, fraction: beyond <= 0 ? 0 : fround(beyond - Math.floor(beyond)) };
}

/** Cubic convolution with a = -0.75 for distances 1 + x, x, 1 - x, 2 - x; their sum is 1. */
function cubicWeights(x: number): readonly number[] {
  const a = -0.75;
  const far = fround(x + 1);
  const near = (t: number): number =>
    fround(fround(fround(fround(fround(fround((a + 2) * t) - (a + 3)) * t) * t)) + 1);
  let w0 = fround(fround(a * far) - 5 * a);
  w0 = fround(fround(w0 * far) + 8 * a);
  w0 = fround(fround(w0 * far) - 4 * a);
  const w1 = near(x);
  const w2 = near(fround(1 - x));
  return [w0, w1, w2, fround(fround(fround(1 - w0) - w1) - w2)];
}

/**
 * sinc(t) * sinc(t / 4) for the distances t = x + 3 - tap of eight pixels, divided by their sum. All
 * share the factor sin(pi x), up to the sign, which the division removes.
 */
function lanczosWeights(x: number): readonly number[] {
  const float32Epsilon = 2 ** -23;
  if (x < float32Epsilon) return [0, 0, 0, 1, 0, 0, 0, 0];
  // Next to the old pixel that follows. MXNet divides 0 by 0 there and writes any colour.
  if (fround(x + 3) === 4) return [0, 0, 0, 0, 1, 0, 0, 0];
  const quarter = Math.PI / 4;
  const sine = Math.sin(-fround(x + 3) * quarter);
  const cosine = Math.cos(-fround(x + 3) * quarter);
  const weights = Array.from({ length: 8 }, (_, tap) => {
    const t = -fround(fround(x + 3) - tap) * quarter;
    const sign = tap % 2 === 0 ? 1 : -1;
    const turned = sine * Math.cos(tap * quarter) + cosine * Math.sin(tap * quarter);
    return fround((sign * turned) / (t * t));
  });
  const share = fround(1 / weights.reduce((total, weight) => fround(total + weight), 0));
  return weights.map((weight) => fround(weight * share));
}
