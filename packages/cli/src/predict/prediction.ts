/** What `predict` says about an input, as `--json` and `--jsonl` write it. */
import type { DType, Tensor } from "@libpredict/core";
import type { ErrorReport } from "../report-error.js";

/** What came of one input: classes, other outputs, or a failure. */
export type Prediction = ClassPrediction | OutputPrediction | FailedPrediction;

/** The best classes of one row of the network's only output, of shape [N, classes]. */
export interface ClassPrediction {
  /** The path as it was given or found; `-`: standard input. */
  readonly input: string;
  /** Which entry of an array's first axis; 0 for an image. */
  readonly row: number;
  /** The best first. */
  readonly top: readonly ClassScore[];
}

/** A class and how likely it is. */
export interface ClassScore {
  readonly index: number;
  /** Null without labels. */
  readonly label: string | null;
  /** What it is, the document's `scores` tells. */
  readonly score: number;
}

/** Outputs that are no classes. */
export interface OutputPrediction {
  readonly input: string;
  readonly outputs: readonly OutputSummary[];
}

/** One output tensor. */
export interface OutputSummary {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: readonly number[];
  /** Least, largest and mean of the elements that are numbers; null if none is. */
  readonly min: number | null;
  readonly max: number | null;
  readonly mean: number | null;
  /** The elements, nested; null where there are more than 4096 (`--save` writes them). */
  readonly values: unknown;
}

/** An input that failed. */
export interface FailedPrediction {
  readonly input: string;
  readonly error: ErrorReport;
}

const mostValues = 4096;

/** Describes a tensor. Values that JSON lacks: int64 become numbers, NaN and infinities texts. */
export function summarizeOutput(name: string, tensor: Tensor): OutputSummary {
  let [min, max, sum, count] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, 0];
  for (const value of tensor.to("float64").data) {
    if (Number.isNaN(value)) continue;
    if (value < min) min = value;
    if (value > max) max = value;
    sum += value;
    count++;
  }
  const [finiteMin, finiteMax, mean] = [min, max, sum / count].map((value) =>
    count > 0 && Number.isFinite(value) ? value : null,
  );
  return {
    name,
    dtype: tensor.dtype,
    shape: tensor.shape,
    min: finiteMin ?? null,
    max: finiteMax ?? null,
    mean: mean ?? null,
    values: tensor.size <= mostValues ? jsonValues(tensor.toNested()) : null,
  };
}

function jsonValues(values: unknown): unknown {
  if (Array.isArray(values)) return values.map(jsonValues);
  if (typeof values === "bigint") return Number(values);
  if (typeof values === "number" && !Number.isFinite(values)) return String(values);
  return values;
}
