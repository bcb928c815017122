/** Array files that NumPy and MXNet wrote, and what is in them; see `goldens/make-array-goldens.py`. */
import { readFileSync } from "node:fs";
import { expect } from "vitest";
import type { Tensor } from "../../src/index.js";

export interface GoldenArray {
  readonly name: string | null;
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly values: readonly (number | string | boolean)[];
}

const folder = new URL("../goldens/", import.meta.url);

/** A file's content. */
export function goldenFile(name: string): Uint8Array {
  return new Uint8Array(readFileSync(new URL(name, folder)));
}

const contents: Record<string, GoldenArray[]> = JSON.parse(
  readFileSync(new URL("array-goldens.json", folder), "utf8"),
);

/** Names of the files with an ending, and what is in each. */
export function goldenContents(...endings: string[]): [string, GoldenArray[]][] {
  return Object.entries(contents).filter(([name]) => endings.some((e) => name.endsWith(e)));
}

/** Compares every element exactly. */
export function expectGolden(tensor: Tensor, golden: GoldenArray): void {
  expect(tensor.dtype).toBe(golden.dtype);
  expect(tensor.shape).toEqual(golden.shape);
  const elements = ([tensor.toNested()] as unknown[]).flat(32);
  const expected = golden.values.map((value) => {
    if (golden.dtype === "int64") return BigInt(value);
    if (typeof value !== "string") return value;
    return value.endsWith("inf") ? Number(value.replace("inf", "Infinity")) : Number(value);
  });
  expect(elements).toEqual(expected);
}
