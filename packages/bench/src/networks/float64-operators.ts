/**
 * The operators of the bench's networks in float64, one image. They give BatchNorm its statistics and
 * every network the outputs that all runtimes are compared with, so they share nothing with any of them.
 */

/** A tensor while a network is made: [1, channels, height, width], or [1, features]. */
export interface Float64Tensor {
  readonly shape: readonly number[];
  readonly data: Float64Array;
}

/** Height and width. */
export type Pair = readonly [number, number];

export interface Window {
  readonly kernel: Pair;
  readonly stride: Pair;
  readonly pad: Pair;
}

/** How many columns of a matrix are worked on at once: rows of so many float64 stay in the cache. */
const columnsAtOnce = 1024;

export function dims(x: Float64Tensor): [channels: number, height: number, width: number] {
  const [, channels = 1, height = 1, width = 1] = x.shape;
  return [channels, height, width];
}

export function outputSize(size: number, kernel: number, stride: number, pads: number): number {
  return Math.floor((size + pads - kernel) / stride) + 1;
}

export function convolve(
  x: Float64Tensor,
  weight: Float32Array,
  bias: Float32Array | undefined,
  { kernel, stride, pad, filters, groups }: Window & { filters: number; groups: number },
): Float64Tensor {
  const [channels, height, width] = dims(x);
  const rows = outputSize(height, kernel[0], stride[0], 2 * pad[0]);
  const columns = outputSize(width, kernel[1], stride[1], 2 * pad[1]);
  const pixels = rows * columns;
  const perGroup = channels / groups;
  const terms = perGroup * kernel[0] * kernel[1];
  const out = new Float64Array(filters * pixels);
  const plain = kernel[0] * kernel[1] * stride[0] * stride[1] === 1 && pad[0] + pad[1] === 0;
  const matrix = plain ? undefined : new Float64Array(terms * pixels);
  for (let group = 0; group < groups; group++) {
    let source = x.data.subarray(group * perGroup * height * width);
    if (matrix !== undefined) {
      // One row for each weight of a filter: what that weight is multiplied with at every output pixel.
      matrix.fill(0);
      for (let term = 0; term < terms; term++) {
        const kx = term % kernel[1];
        const ky = Math.floor(term / kernel[1]) % kernel[0];
        const plane = Math.floor(term / (kernel[0] * kernel[1])) * height * width;
        for (let row = 0; row < rows; row++) {
          const y = row * stride[0] + ky - pad[0];
          if (y < 0 || y >= height) continue;
          const to = term * pixels + row * columns;
          for (let column = 0; column < columns; column++) {
            const at = column * stride[1] + kx - pad[1];
            if (at >= 0 && at < width) {
              matrix[to + column] = source[plane + y * width + at] as number;
            }
          }
        }
      }
      source = matrix;
    }
    const each = filters / groups;
    multiply(
      weight.subarray(group * each * terms),
      source,
      out.subarray(group * each * pixels),
      each,
      terms,
      pixels,
    );
  }
  addBias(out, bias, pixels);
  return { shape: [1, filters, rows, columns], data: out };
}

/** out[m][n] += a[m][k] * b[k][n]. */
function multiply(
  a: Float32Array,
  b: Float64Array,
  out: Float64Array,
  m: number,
  k: number,
  n: number,
): void {
  for (let from = 0; from < n; from += columnsAtOnce) {
    const to = Math.min(n, from + columnsAtOnce);
    for (let row = 0; row < m; row++) {
      const o = row * n;
      let t = 0;
      for (; t + 4 <= k; t += 4) {
        const w0 = a[row * k + t] as number;
        const w1 = a[row * k + t + 1] as number;
        const w2 = a[row * k + t + 2] as number;
        const w3 = a[row * k + t + 3] as number;
        const b0 = t * n;
        const b1 = b0 + n;
        const b2 = b1 + n;
        const b3 = b2 + n;
        for (let j = from; j < to; j++) {
          out[o + j] =
            (out[o + j] as number) +
            w0 * (b[b0 + j] as number) +
            w1 * (b[b1 + j] as number) +
            w2 * (b[b2 + j] as number) +
            w3 * (b[b3 + j] as number);
        }
      }
      for (; t < k; t++) {
        const w = a[row * k + t] as number;
        for (let j = from; j < to; j++) {
          out[o + j] = (out[o + j] as number) + w * (b[t * n + j] as number);
        }
      }
    }
  }
}

export function connect(
  x: Float64Tensor,
  weight: Float32Array,
  bias: Float32Array,
  units: number,
): Float64Tensor {
  const out = new Float64Array(units);
  const k = x.data.length;
  for (let unit = 0; unit < units; unit++) {
    let sum = 0;
    for (let t = 0; t < k; t++) {
      sum += (weight[unit * k + t] as number) * (x.data[t] as number);
    }
    out[unit] = sum;
  }
  addBias(out, bias, 1);
  return { shape: [1, units], data: out };
}

function addBias(out: Float64Array, bias: Float32Array | undefined, pixels: number): void {
  for (let i = 0; bias !== undefined && i < out.length; i++) {
    out[i] = (out[i] as number) + (bias[Math.floor(i / pixels)] as number);
  }
}

/** Mean and variance of every channel, as float32 keeps them. */
export function statistics(x: Float64Tensor, leastVariance: number): [Float32Array, Float32Array] {
  const [channels, height, width] = dims(x);
  const pixels = height * width;
  const mean = new Float32Array(channels);
  const variance = new Float32Array(channels);
  for (let channel = 0; channel < channels; channel++) {
    const values = x.data.subarray(channel * pixels, (channel + 1) * pixels);
    const average = values.reduce((sum, value) => sum + value, 0) / pixels;
    mean[channel] = average;
    const squares = values.reduce((sum, value) => sum + (value - average) ** 2, 0);
    variance[channel] = Math.max(leastVariance, squares / pixels);
  }
  return [mean, variance];
}

/** `of(value, channel)` of every element. */
export function map(
  x: Float64Tensor,
  of: (value: number, channel: number) => number,
): Float64Tensor {
  const [, height, width] = dims(x);
  const pixels = height * width;
  return { shape: x.shape, data: x.data.map((value, i) => of(value, Math.floor(i / pixels))) };
}

/** @param pads behind the last row and column; may be more than in front */
export function pool(
  x: Float64Tensor,
  kind: "max" | "avg",
  { kernel, stride, pad }: Window,
  pads: Pair,
): Float64Tensor {
  const [channels, height, width] = dims(x);
  const rows = outputSize(height, kernel[0], stride[0], pad[0] + pads[0]);
  const columns = outputSize(width, kernel[1], stride[1], pad[1] + pads[1]);
  const data = new Float64Array(channels * rows * columns);
  for (let i = 0; i < data.length; i++) {
    const plane = Math.floor(i / (rows * columns)) * height * width;
    const top = (Math.floor(i / columns) % rows) * stride[0] - pad[0];
    const left = (i % columns) * stride[1] - pad[1];
    let most = Number.NEGATIVE_INFINITY;
    let sum = 0;
    for (let y = Math.max(0, top); y < Math.min(height, top + kernel[0]); y++) {
      for (let at = Math.max(0, left); at < Math.min(width, left + kernel[1]); at++) {
        const value = x.data[plane + y * width + at] as number;
        most = Math.max(most, value);
        sum += value;
      }
    }
    data[i] = kind === "max" ? most : sum / (kernel[0] * kernel[1]);
  }
  return { shape: [1, channels, rows, columns], data };
}

export function softmaxOverChannels(x: Float64Tensor): Float64Tensor {
  const [channels, height, width] = dims(x);
  const pixels = height * width;
  const data = new Float64Array(x.data.length);
  for (let pixel = 0; pixel < pixels; pixel++) {
    let most = Number.NEGATIVE_INFINITY;
    for (let c = 0; c < channels; c++) most = Math.max(most, x.data[c * pixels + pixel] as number);
    let sum = 0;
    for (let c = 0; c < channels; c++) {
      const value = Math.exp((x.data[c * pixels + pixel] as number) - most);
      data[c * pixels + pixel] = value;
      sum += value;
    }
    for (let c = 0; c < channels; c++) {
      data[c * pixels + pixel] = (data[c * pixels + pixel] as number) / sum;
    }
  }
  return { shape: x.shape, data };
}

export function upsampleNearest(x: Float64Tensor, scale: number): Float64Tensor {
  const [channels, height, width] = dims(x);
  const shape = [1, channels, height * scale, width * scale];
  const data = new Float64Array(x.data.length * scale * scale);
  for (let i = 0; i < data.length; i++) {
    const column = Math.floor((i % (width * scale)) / scale);
    const line = Math.floor(i / (width * scale));
    const row = Math.floor((line % (height * scale)) / scale);
    const channel = Math.floor(line / (height * scale));
    data[i] = x.data[(channel * height + row) * width + column] as number;
  }
  return { shape, data };
}

export function concatenate(parts: readonly Float64Tensor[]): Float64Tensor {
  const [first] = parts;
  const data = new Float64Array(parts.reduce((sum, part) => sum + part.data.length, 0));
  let at = 0;
  for (const part of parts) {
    data.set(part.data, at);
    at += part.data.length;
  }
  const channels = parts.reduce((sum, part) => sum + (part.shape[1] ?? 0), 0);
  return { shape: [1, channels, ...(first?.shape.slice(2) ?? [])], data };
}
