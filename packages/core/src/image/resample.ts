/**
 * Resizes rows of bytes or float32 numbers, channels interleaved.
 *
 * Bytes come out as from MXNet's `imresize`, whose arithmetic is whole numbers with 11 bits of
 * weight for the interpolations with fixed taps, and float32 for `area`. Only the region asked for is
 * worked out; it is the same as that region of the whole.
 */
import { allocateArray } from "../array-allocation.js";
import type { ImageRegion, ImageSize } from "./image.js";
import {
  type AxisCover,
  type AxisTaps,
  axisCover,
  axisTaps,
  type Interpolation,
  interpolationFor,
  nearestIndex,
} from "./interpolation.js";

/** The values of an image. */
export type PixelData = Uint8Array | Float32Array;

/** Rows of pixels; a part of them may be meant, from column `x` of row `y`, in rows of `stride` values. */
export interface PixelRows<A extends PixelData> extends ImageRegion {
  readonly data: A;
  readonly channels: number;
  /** Values from one row to the next. */
  readonly stride: number;
}

const { fround } = Math;

/**
 * @param source - the pixels
 * @param size - width and height of the whole result
 * @param keep - the region of the result that is wanted
 * @returns the values of that region, without gaps
 * @throws PredictError `memory`
 */
export function resample<A extends PixelData>(
  source: PixelRows<A>,
  size: ImageSize,
  interpolation: Interpolation,
  keep: ImageRegion,
): A {
  const method = interpolationFor(interpolation, source, size);
  const isSame = source.width === size.width && source.height === size.height;
  if (isSame || method === "nearest") return resampleNearest(source, size, keep);
  if (method === "area" && size.width <= source.width && size.height <= source.height) {
    const isWhole = source.width % size.width === 0 && source.height % size.height === 0;
    return isWhole ? meanOfBlocks(source, size, keep) : meanOfCover(source, size, keep);
  }
  const isHalf = source.width === 2 * size.width && source.height === 2 * size.height;
  // The same in bytes, and in numbers but for the order of the additions.
  if (method === "bilinear" && isHalf) return meanOfBlocks(source, size, keep);
  const kind = method === "area" ? "sharp" : method;
  const columns = { first: keep.x, count: keep.width };
  const rows = { first: keep.y, count: keep.height };
  const across = axisTaps(source.width, size.width, columns, kind, true);
  const down = axisTaps(source.height, size.height, rows, kind, false);
  if (source.data instanceof Float32Array)
    return resampleFloats(source as PixelRows<Float32Array>, across, down, keep) as A;
  const rounding = kind === "bicubic" ? size.width : kind === "lanczos" ? "exact" : "linear";
  return resampleBytes(source as PixelRows<Uint8Array>, across, down, keep, rounding) as A;
}

function emptyLike<A extends PixelData>(data: A, length: number): A {
  const isFloat = data instanceof Float32Array;
  return (isFloat ? allocateArray(Float32Array, length) : allocateArray(Uint8Array, length)) as A;
}

function resampleNearest<A extends PixelData>(
  { data, channels, stride, x, y, width, height }: PixelRows<A>,
  size: ImageSize,
  keep: ImageRegion,
): A {
  const columns = nearestIndex(width, size.width, { first: keep.x, count: keep.width });
  const rows = nearestIndex(height, size.height, { first: keep.y, count: keep.height });
  const result = emptyLike(data, keep.width * keep.height * channels);
  let at = 0;
  for (const row of rows) {
    const start = (y + row) * stride + x * channels;
    for (const column of columns)
      for (let channel = 0; channel < channels; channel++)
        result[at++] = data[start + column * channels + channel] as number;
  }
  return result;
}

/** Both sides become shorter by whole factors. */
function meanOfBlocks<A extends PixelData>(
  { data, channels, stride, x, y, width, height }: PixelRows<A>,
  size: ImageSize,
  keep: ImageRegion,
): A {
  const across = width / size.width;
  const down = height / size.height;
  const isFloat = data instanceof Float32Array;
  const part = fround(1 / (across * down));
  const result = emptyLike(data, keep.width * keep.height * channels);
  const pixels = across * down;
  /** Where the pixels of a block lie, behind its first one. */
  const offsets = Int32Array.from(
    { length: pixels },
    (_, at) => Math.floor(at / across) * stride + (at % across) * channels,
  );
  let at = 0;
  for (let row = 0; row < keep.height; row++)
    for (let column = 0; column < keep.width; column++)
      for (let channel = 0; channel < channels; channel++) {
        const start =
          (y + (keep.y + row) * down) * stride +
          (x + (keep.x + column) * across) * channels +
          channel;
        if (isFloat) result[at++] = fround(sumInFours(data, start, offsets) * part);
        else {
          let sum = 0;
          for (let pixel = 0; pixel < pixels; pixel++)
            sum += data[start + (offsets[pixel] as number)] as number;
          // Two by two pixels: halves round up. Other blocks: halves round to even.
          result[at++] =
            across === 2 && down === 2
              ? (sum + 2) >> 2
              : roundHalfToEven(fround(fround(sum) * part));
        }
      }
  return result;
}

/** A sum of float32 numbers, four at a time as far as they go. */
function sumInFours(data: Float32Array, start: number, offsets: Int32Array): number {
  const value = (at: number): number => data[start + (offsets[at] as number)] as number;
  let sum = 0;
  let at = 0;
  for (; at + 4 <= offsets.length; at += 4) {
    const pair = fround(value(at) + value(at + 1));
    const four = fround(fround(pair + value(at + 2)) + value(at + 3));
    sum = fround(sum + four);
  }
  for (; at < offsets.length; at++) sum = fround(sum + value(at));
  return sum;
}

function meanOfCover<A extends PixelData>(
  { data, channels, stride, x, y, width, height }: PixelRows<A>,
  size: ImageSize,
  keep: ImageRegion,
): A {
  const across = axisCover(width, size.width, { first: keep.x, count: keep.width });
  const down = axisCover(height, size.height, { first: keep.y, count: keep.height });
  const rowLength = keep.width * channels;
  const result = emptyLike(data, keep.height * rowLength);
  const isFloat = data instanceof Float32Array;
  const line = new Float32Array(rowLength);
  const sums = new Float32Array(rowLength);
  /** The row of the source that `line` holds; two rows of the result share the one between them. */
  let held = -1;
  for (let row = 0; row < keep.height; row++) {
    sums.fill(0);
    for (let d = down.start[row] as number; d < (down.start[row + 1] as number); d++) {
      const from = down.index[d] as number;
      if (from !== held)
        coverLine(data, (y + from) * stride + x * channels, channels, across, line);
      held = from;
      const weight = down.weight[d] as number;
      for (let at = 0; at < rowLength; at++)
        sums[at] = (sums[at] as number) + fround((line[at] as number) * weight);
    }
    if (isFloat) result.set(sums, row * rowLength);
    else
      for (let at = 0; at < rowLength; at++)
        result[row * rowLength + at] = roundHalfToEven(sums[at] as number);
  }
  return result;
}

function coverLine(
  data: PixelData,
  start: number,
  channels: number,
  { start: starts, index, weight }: AxisCover,
  line: Float32Array,
): void {
  const columns = starts.length - 1;
  for (let column = 0; column < columns; column++) {
    const begin = starts[column] as number;
    const end = starts[column + 1] as number;
    for (let channel = 0; channel < channels; channel++) {
      const from = start + channel;
      let sum = 0;
      for (let entry = begin; entry < end; entry++) {
        const value = data[from + (index[entry] as number) * channels] as number;
        sum = fround(sum + fround(value * (weight[entry] as number)));
      }
      line[column * channels + channel] = sum;
    }
  }
}

/** Weights are whole numbers of 1 / 2048. */
const weightBits = 11;

function wholeWeights(weight: Float32Array): Int32Array {
  return Int32Array.from(weight, (w) => roundHalfToEven(w * 2 ** weightBits));
}

/**
 * @param rounding - `exact`: the sum is rounded once, halves up. `linear`: its two products are
 *   rounded down to quarters first. A number, the width of the whole result (for `bicubic`): the sum is one of
 *   float32 numbers, halves to even, except in the last values of a row that do not fill a group of eight.
 */
function resampleBytes(
  { data, channels, stride, x, y }: PixelRows<Uint8Array>,
  across: AxisTaps,
  down: AxisTaps,
  keep: ImageRegion,
  rounding: "linear" | "exact" | number,
): Uint8Array {
  const { taps } = down;
  const rowLength = keep.width * channels;
  const result = allocateArray(Uint8ClampedArray, keep.height * rowLength);
  const acrossWeights = wholeWeights(across.weight);
  const downWeights = wholeWeights(down.weight);
  const inGroups =
    typeof rounding === "number"
      ? Math.min(
          Math.max(rounding * channels - ((rounding * channels) % 8) - keep.x * channels, 0),
          rowLength,
        )
      : 0;
  const lines = new LineCache(taps, () => new Int32Array(rowLength));
  const used: Int32Array[] = [];
  for (let row = 0; row < keep.height; row++) {
    for (let tap = 0; tap < taps; tap++) {
      const from = down.index[row * taps + tap] as number;
      used[tap] = lines.get(from, (line) =>
        sumLine(data, (y + from) * stride + x * channels, channels, across, acrossWeights, line),
      );
    }
    const weights = downWeights.subarray(row * taps, (row + 1) * taps);
    const target = result.subarray(row * rowLength, (row + 1) * rowLength);
    if (rounding === "linear") addTwoLines(used, weights, target);
    else {
      if (inGroups > 0) addLinesAsFloats(used, weights, target, inGroups);
      addLines(used, weights, target, inGroups);
    }
  }
  return new Uint8Array(result.buffer);
}

/** Lines of a moving window of the source, each worked out once. */
class LineCache<L extends Int32Array | Float32Array> {
  readonly #lines: { held: number; line: L }[];

  constructor(count: number, make: () => L) {
    this.#lines = Array.from({ length: count }, () => ({ held: -1, line: make() }));
  }

  /** A window has as many rows as there are lines, so that no two of its rows share a place. */
  get(row: number, fill: (line: L) => void): L {
    const entry = this.#lines[row % this.#lines.length] as { held: number; line: L };
    if (entry.held !== row) fill(entry.line);
    entry.held = row;
    return entry.line;
  }
}

function sumLine(
  data: Uint8Array,
  start: number,
  channels: number,
  { taps, index }: AxisTaps,
  weights: Int32Array,
  line: Int32Array,
): void {
  let at = 0;
  for (let entry = 0; entry < index.length; entry += taps) {
    if (taps === 2) {
      // Most images come this way; without the loop over taps it takes half the time.
      const w0 = weights[entry] as number;
      const w1 = weights[entry + 1] as number;
      const a = start + (index[entry] as number) * channels;
      const b = start + (index[entry + 1] as number) * channels;
      for (let channel = 0; channel < channels; channel++)
        line[at++] = (data[a + channel] as number) * w0 + (data[b + channel] as number) * w1;
      continue;
    }
    for (let channel = 0; channel < channels; channel++) {
      let sum = 0;
      for (let tap = entry; tap < entry + taps; tap++) {
        const value = data[start + (index[tap] as number) * channels + channel] as number;
        sum += value * (weights[tap] as number);
      }
      line[at++] = sum;
    }
  }
}

function addTwoLines(
  [a = new Int32Array(), b = new Int32Array()]: readonly Int32Array[],
  weights: Int32Array,
  target: Uint8ClampedArray,
): void {
  const w0 = weights[0] as number;
  const w1 = weights[1] as number;
  for (let at = 0; at < target.length; at++) {
    const first = (w0 * ((a[at] as number) >> 4)) >> 16;
    const second = (w1 * ((b[at] as number) >> 4)) >> 16;
    target[at] = (first + second + 2) >> 2;
  }
}

function addLines(
  lines: readonly Int32Array[],
  weights: Int32Array,
  target: Uint8ClampedArray,
  begin: number,
): void {
  for (let at = begin; at < target.length; at++) {
    let sum = 2 ** (2 * weightBits - 1);
    for (let tap = 0; tap < weights.length; tap++)
      sum += ((lines[tap] as Int32Array)[at] as number) * (weights[tap] as number);
    target[at] = sum >> (2 * weightBits);
  }
}

function addLinesAsFloats(
  [a = new Int32Array(), b = a, c = a, d = a]: readonly Int32Array[],
  weights: Int32Array,
  target: Uint8ClampedArray,
  end: number,
): void {
  const [w0 = 0, w1 = 0, w2 = 0, w3 = 0] = Array.from(weights, (w) => w * 2 ** (-2 * weightBits));
  for (let at = 0; at < end; at++) {
    const sum = fround(fround((a[at] as number) * w0) + fround((b[at] as number) * w1));
    const more = fround(sum + fround((c[at] as number) * w2));
    // The assignment rounds halves to even, and cuts off what is outside 0 to 255.
    target[at] = fround(more + fround((d[at] as number) * w3));
  }
}

function resampleFloats(
  { data, channels, stride, x, y }: PixelRows<Float32Array>,
  across: AxisTaps,
  down: AxisTaps,
  keep: ImageRegion,
): Float32Array {
  const { taps } = down;
  const rowLength = keep.width * channels;
  const result = allocateArray(Float32Array, keep.height * rowLength);
  const lines = new LineCache(taps, () => new Float32Array(rowLength));
  for (let row = 0; row < keep.height; row++) {
    const target = result.subarray(row * rowLength, (row + 1) * rowLength);
    for (let tap = 0; tap < taps; tap++) {
      const from = down.index[row * taps + tap] as number;
      const line = lines.get(from, (empty) =>
        sumLineOfFloats(data, (y + from) * stride + x * channels, channels, across, empty),
      );
      const weight = down.weight[row * taps + tap] as number;
      for (let at = 0; at < rowLength; at++) {
        const product = fround((line[at] as number) * weight);
        target[at] = tap === 0 ? product : (target[at] as number) + product;
      }
    }
  }
  return result;
}

function sumLineOfFloats(
  data: Float32Array,
  start: number,
  channels: number,
  { taps, index, weight }: AxisTaps,
  line: Float32Array,
): void {
  const columns = index.length / taps;
  let at = 0;
  for (let column = 0; column < columns; column++)
    for (let channel = 0; channel < channels; channel++) {
      let sum = 0;
      for (let tap = 0; tap < taps; tap++) {
        const entry = column * taps + tap;
        const value = data[start + (index[entry] as number) * channels + channel] as number;
        const product = fround(value * (weight[entry] as number));
        sum = tap === 0 ? product : fround(sum + product);
      }
      line[at++] = sum;
    }
}

/** The nearest whole number; of two, the even one. For numbers up to 2^51. */
function roundHalfToEven(value: number): number {
  // Beyond 2^52 numbers have no fraction, so that the addition itself rounds.
  const shift = 1.5 * 2 ** 52;
  return value + shift - shift;
}
