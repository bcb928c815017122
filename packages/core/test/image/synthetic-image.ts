/** Images that tests and `../reference/preprocess_goldens.py` compute alike, and how results compare. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { expect } from "vitest";
import type { Image } from "../../src/index.js";

/** [height, width, channels]; 3 channels if left out. */
export type ImageShape = readonly [height: number, width: number, channels?: number];

export function syntheticImage([height, width, channels = 3]: ImageShape): Image {
  const data = new Uint8Array(height * width * channels);
  let at = 0;
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      for (let c = 0; c < channels; c++)
        data[at++] = (x * x * 7 + y * y * 13 + x * y * 31 + c * 57) % 251;
  return { width, height, channels: channels as Image["channels"], data };
}

/** float32 [channels, height, width]. */
export function syntheticMean(channels: number, height: number, width: number): Float32Array {
  const data = new Float32Array(channels * height * width);
  let at = 0;
  for (let c = 0; c < channels; c++)
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++) data[at++] = 100 + ((c * 31 + y * 7 + x * 3) % 97) / 4;
  return data;
}

/** A result of the reference. */
export interface Golden {
  readonly shape: readonly number[];
  readonly dtype: string;
  readonly sha256: string;
  /** Position and value. */
  readonly samples: readonly (readonly [number, number])[];
}

/** The content of a file of `goldens`. */
export function readGoldens<T>(name: string): T {
  return JSON.parse(readFileSync(new URL(`goldens/${name}`, import.meta.url), "utf8")) as T;
}

/** Fails unless the data are the reference's to the last bit; first by samples, whose difference can be read. */
export function expectGolden(data: Uint8Array | Float32Array, golden: Golden): void {
  expect(data.length).toBe(golden.shape.reduce((a, b) => a * b, 1));
  expect(golden.samples.map(([at]) => [at, data[at]])).toEqual(golden.samples);
  expect(data instanceof Float32Array ? "float32" : "uint8").toBe(golden.dtype);
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  expect(createHash("sha256").update(bytes).digest("hex")).toBe(golden.sha256);
}
