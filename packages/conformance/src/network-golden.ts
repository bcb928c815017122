/** What the reference answers on a whole network: `goldens/networks/NAME.json`, by reference/network_goldens.py. */

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { TensorSpec } from "./case-format.js";

/** An output, without all of its elements. */
export interface SampledOutput {
  readonly shape: readonly number[];
  /** The largest magnitude. */
  readonly top: number;
  readonly mean: number;
  /** The sum of all elements with seeded signs, over the square root of their number. */
  readonly checksum: number;
  /** Elements at seeded places. */
  readonly values: readonly number[];
}

/** Detections: rows of several outputs side by side, which may stand in any order. */
export interface DetectionSet {
  /** Shapes of the outputs; the first two axes are image and row. */
  readonly shapes: readonly (readonly number[])[];
  /** The largest magnitude of each column. */
  readonly tops: readonly number[];
  /** Of each image: how many rows are detections (their first value, the class, is not negative), and some of them. */
  readonly images: readonly {
    readonly count: number;
    readonly rows: readonly (readonly number[])[];
  }[];
}

/** An input: a seeded tensor or its elements; `whole`: rounded down, as numbers of tokens are. */
export type NetworkInput = TensorSpec & { readonly name: string; readonly whole?: boolean };

export interface NetworkRun {
  readonly inputs: readonly NetworkInput[];
  readonly detections?: DetectionSet;
  /** Null where an output belongs to the detections. */
  readonly outputs: readonly (SampledOutput | null)[];
  /** Internal outputs, with the inputs that they depend on. */
  readonly internals?: readonly (SampledOutput & { readonly name: string })[];
  readonly internalInputs?: readonly string[];
}

export interface NetworkGolden {
  readonly network: string;
  readonly family: string;
  /** It is one of the small half, which the tests run. */
  readonly small: boolean;
  /** The Python package that builds it, besides mxnet; empty: none. */
  readonly needs: string;
  readonly source: "reference native" | "reference oneDNN";
  /** MXNet's ROIAlign leaves rows unwritten here; it was asked with an equal graph that writes them. */
  readonly unwritten?: boolean;
  /** Operators in its symbol. */
  readonly nodes: number;
  readonly symbolSha256: string;
  readonly paramsSha256: string;
  readonly paramsBytes: number;
  readonly runs: readonly NetworkRun[];
}

const folder = fileURLToPath(new URL("../goldens/networks", import.meta.url));

/** All of them, the quick ones first. */
export function readNetworkGoldens(): NetworkGolden[] {
  return readdirSync(folder)
    .map((file) => JSON.parse(readFileSync(join(folder, file), "utf8")) as NetworkGolden)
    .sort((a, b) => a.paramsBytes - b.paramsBytes);
}
